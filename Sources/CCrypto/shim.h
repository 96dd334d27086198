#ifndef ENVCTL_CCRYPTO_SHIM_H
#define ENVCTL_CCRYPTO_SHIM_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Variadic functions and macros, which Swift does not import.

// A new key on the curve P-256.
static inline EVP_PKEY *envctl_p256_key(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

// The bytes that a memory BIO holds; they stay the BIO's.
static inline long envctl_bio_bytes(BIO *bio, char **bytes) {
    return BIO_get_mem_data(bio, bytes);
}

// An extension from the text form of x509v3_config(5), for `subject` signed by `issuer`; NULL if the text is wrong.
static inline X509_EXTENSION *envctl_x509_extension(X509 *issuer, X509 *subject, int identifier, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, subject, NULL, NULL, 0);
    return X509V3_EXT_conf_nid(NULL, &context, identifier, value);
}

#endif
