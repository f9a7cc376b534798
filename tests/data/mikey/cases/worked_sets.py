"""The two sets of the worked exchange, with every value on the way."""
from cases import exchanged
from mikeyref import worked

SECRET = ["TPK", "MPK", "TGK", "SALT", "PSK I-KMS", "PSK R-KMS", "MPKi", "MPKr", "MPKr'", "TGK'"]


def all():
    for letter, what in (("a", "PRF 0, AES-CM-128, HMAC-SHA-1-160"), ("b", "PRF 1, AES-CM-256, HMAC-SHA-256-256")):
        work, _, values = worked.values(letter)
        case = exchanged.from_exchange(f"set-{letter}", f"the worked exchange, set {letter.upper()}: {what}", work, "worked")
        case["secrets"]["tgk_forked"] = values["TGK'"].hex()
        yield case | {"intermediate": {name: value.hex() for name, value in values.items() if name not in SECRET}}
