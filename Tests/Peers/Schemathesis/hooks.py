"""What no schema can say, put right in the cases that schemathesis generates: digests over the body, keys that no other
request has, check characters, envelopes that open, and the one media type it has no serializer for. Only values that fit
their pattern are touched, so that a case that is meant to be refused stays as wrong as it is.

PLATFORM_CERTIFICATE names the file of the certificate that keys are sealed to."""

import base64
import hashlib
import itertools
import os
import re
import subprocess

import requests
import schemathesis

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE = re.compile(r"^([0-9]{6})-([0-9A-Z]{6})-[0-9A-Z]$")
KEY = re.compile(r'^("[!#-~]{1,255}"|[!#-~]{1,255})$')
DIGEST = re.compile(r"^sha-256=:[A-Za-z0-9+/]{43}=:$")
CHECKSUM = re.compile(r"^(sha1|sha256) [A-Za-z0-9+/]+=$")
METADATA = re.compile(r"^[A-Za-z0-9]+ [A-Za-z0-9+/]+={0,2}(,[A-Za-z0-9]+ [A-Za-z0-9+/]+={0,2})*$")
INSTALLATION = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
KEY_ID = re.compile(r"^[0-9a-f]{16}$")
ENVELOPE = re.compile(r"^[A-Za-z0-9+/]+={0,2}$")
numbers = itertools.count()


def check_character(text):
    """ISO/IEC 7064 MOD 37,36, after the standard's text."""
    product = 36
    for character in text:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def with_valid_codes(value):
    if isinstance(value, dict):
        return {key: with_valid_codes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_valid_codes(item) for item in value]
    match = CODE.match(value) if isinstance(value, str) else None
    if not match:
        return value
    return f"{match[1]}-{match[2]}-{check_character(match[1] + match[2])}"


def base64_of(name, data):
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


def sealed_key():
    """A new key's id and its envelope, made by the program openssl."""
    key = hashlib.sha256(f"key {next(numbers)}".encode()).digest()
    options = ["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"]
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER"]
    command += ["-recip", os.environ["PLATFORM_CERTIFICATE"]]
    for option in options:
        command += ["-keyopt", option]
    envelope = subprocess.run(command, input=key, capture_output=True, check=True).stdout
    return hashlib.sha256(key).hexdigest()[:16], base64.b64encode(envelope).decode()


def with_a_key_that_opens(case):
    path = case.path_parameters or {}
    if case.method != "PUT" or not KEY_ID.match(str(path.get("keyId", ""))) or not isinstance(case.body, dict):
        return
    if ENVELOPE.match(str(case.body.get("envelope", ""))):
        path["keyId"], case.body["envelope"] = sealed_key()


def with_the_id_of_its_address(case):
    path = str((case.path_parameters or {}).get("id", ""))
    if case.method == "PUT" and isinstance(case.body, dict) and INSTALLATION.match(path):
        if INSTALLATION.match(str(case.body.get("id", ""))):
            case.body["id"] = path


@schemathesis.serializer("application/offset+octet-stream")
def bytes_as_they_are(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(_context, case, kwargs):
    headers = case.headers or {}
    if case.query and isinstance(case.query.get("code"), str):
        case.query["code"] = with_valid_codes(case.query["code"])
    if isinstance(case.body, (dict, list)):
        case.body = with_valid_codes(case.body)
    with_a_key_that_opens(case)
    with_the_id_of_its_address(case)
    if KEY.match(str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = f'"case-{next(numbers)}"'
    if METADATA.match(str(headers.get("Upload-Metadata", ""))):
        sha256 = hashlib.sha256(str(headers["Upload-Metadata"]).encode()).hexdigest()
        headers["Upload-Metadata"] = f"filename YQ==,sha256 {base64.b64encode(sha256.encode()).decode()}"
    has_digest = DIGEST.match(str(headers.get("Content-Digest", "")))
    checksum = CHECKSUM.match(str(headers.get("Upload-Checksum", "")))
    if not has_digest and not checksum:
        return
    arguments = case.as_transport_kwargs(base_url="http://127.0.0.1")
    fields = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
    request = requests.Request(**{name: arguments[name] for name in fields if name in arguments}).prepare()
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    if has_digest:
        headers["Content-Digest"] = f"sha-256=:{base64_of('sha256', body)}:"
    if checksum:
        headers["Upload-Checksum"] = f"{checksum[1]} {base64_of(checksum[1], body)}"
