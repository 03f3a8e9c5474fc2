"""The names of the key and the certificate of the seal, apart from its library, which is slow to load."""

from typing import Final

KEY_FILE: Final = "key.pem"
CERTIFICATE_FILE: Final = "certificate.pem"
