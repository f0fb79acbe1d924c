#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/ts.h>
#include <time.h>

// EVP_PKEY_Q_keygen is variadic, EVP_RSA_gen a macro over it; neither is importable.
// https://docs.openssl.org/3.0/man3/EVP_PKEY_keygen/
static inline EVP_PKEY *wt_evp_rsa_generate(size_t bits) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}

// BIO_get_mem_data is a cast macro over BIO_ctrl. The bytes belong to the BIO.
static inline long wt_bio_memory(BIO *bio, char **bytes) {
  return BIO_get_mem_data(bio, bytes);
}

// Sets the validity to two fixed dates, YYYYMMDDHHMMSSZ; the clock is not asked.
// https://docs.openssl.org/3.0/man3/ASN1_TIME_set/
static inline int wt_x509_set_validity(X509 *certificate, const char *from, const char *to) {
  return ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), from) == 1
    && ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), to) == 1;
}

// Adds an extension whose value may name the issuer's or the subject's key, as `hash` and `keyid` do; the context that
// those words need is a struct with a macro over it. https://docs.openssl.org/3.0/man3/X509V3_set_ctx/
static inline int wt_x509_add_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, (char *)value);
  int done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return done;
}

// A stack of certificates that holds references of its own. https://docs.openssl.org/3.0/man3/X509_add_cert/
static inline STACK_OF(X509) *wt_x509_stack_new(void) { return sk_X509_new_null(); }
static inline int wt_x509_stack_add(STACK_OF(X509) *stack, X509 *certificate) {
  return X509_add_cert(stack, certificate, X509_ADD_FLAG_UP_REF);
}

// A mutable and a const `data` make X509V3_EXT_conf_nid's import depend on the OpenSSL version.
static inline X509_EXTENSION *wt_x509_extension(int nid, const char *value) {
  return X509V3_EXT_conf_nid(NULL, NULL, nid, (char *)value);
}

// MBSTRING_UTF8 is a macro expression, which the importer skips.
static const int wt_mbstring_utf8 = MBSTRING_UTF8;

// EVP_PKEY_Q_keygen is variadic, EVP_EC_gen a macro over it; neither is importable.
static inline EVP_PKEY *wt_evp_p256_generate(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

// The functions of a STACK_OF are macros. sk_X509_num returns -1 for a null stack, which counts as 0 here.
// https://docs.openssl.org/3.0/man3/DEFINE_STACK_OF/
static inline int wt_x509_count(const STACK_OF(X509) *certificates) {
  int count = sk_X509_num(certificates);
  return count < 0 ? 0 : count;
}
static inline X509 *wt_x509_at(const STACK_OF(X509) *certificates, int index) {
  return sk_X509_value(certificates, index);
}
static inline void wt_x509_free_all(STACK_OF(X509) *certificates) {
  sk_X509_pop_free(certificates, X509_free);
}

// Adds the only extension of a certificate request. X509_REQ_add_extensions copies it.
// https://docs.openssl.org/3.0/man3/X509_REQ_add_extensions/
static inline int wt_x509_request_add(X509_REQ *request, X509_EXTENSION *extension) {
  STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
  if (!extensions) return 0;
  int done = sk_X509_EXTENSION_push(extensions, extension) > 0
    && X509_REQ_add_extensions(request, extensions) == 1;
  sk_X509_EXTENSION_free(extensions);
  return done;
}

// Reads a time as seconds since 1970 in UTC. Returns 0 where the time is not valid. Fractions of a second are
// left out.
// https://docs.openssl.org/3.0/man3/ASN1_TIME_to_tm/
static inline int wt_asn1_seconds(const ASN1_TIME *time, int64_t *seconds) {
  struct tm parts;
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  *seconds = timegm(&parts);
  return 1;
}

// The flags that print names for people: the attributes of RFC 4514 in UTF-8, in which only the characters that
// would end an attribute are escaped.
static const unsigned long wt_name_flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;

// These constants are casts and masks, which the importer skips.
static const unsigned int wt_cms_detached_cades =
  CMS_DETACHED | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES | CMS_NOCERTS;
static const int wt_ts_nonce = TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE;
static const int wt_ts_all =
  TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE | TS_VFY_SIGNER | TS_VFY_SIGNATURE;
static const unsigned long wt_partial_chain_any_time = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME;

// Adds a signer whose message digest is SHA-256; its parameters are absent, as RFC 5754 section 2 wants them.
static inline CMS_SignerInfo *wt_cms_add_signer(CMS_ContentInfo *content, X509 *certificate, EVP_PKEY *key) {
  return CMS_add1_signer(content, certificate, key, EVP_sha256(), wt_cms_detached_cades);
}

static inline int wt_bio_eof(BIO *bio) { return BIO_eof(bio); }

// The signer of a SignedData that has one; null where there is none or several. The signer belongs to the content.
static inline CMS_SignerInfo *wt_cms_only_signer(CMS_ContentInfo *content) {
  STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(content);
  return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : NULL;
}
