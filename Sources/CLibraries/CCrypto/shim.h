#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/cms.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

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

// A mutable and a const `data` make X509V3_EXT_conf_nid's import depend on the OpenSSL version.
static inline X509_EXTENSION *wt_x509_extension(int nid, const char *value) {
  return X509V3_EXT_conf_nid(NULL, NULL, nid, (char *)value);
}

// MBSTRING_UTF8 is a macro expression, which the importer skips.
static const int wt_mbstring_utf8 = MBSTRING_UTF8;
