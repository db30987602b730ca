"""Signing results: PAdES by the built-in key, a remote signing service or a PKCS#11 token; credentials as SD-JWT VC."""
