"""When two identities are the same: scheme and host without regard to case, all else octet by octet, whatever the ID type says."""
import re

SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:")
HOST = re.compile(rb"\[[^\]]*\]|[^:;?]*")
WITHOUT_USER = (b"sip:", b"sips:")


def folded(data):
    """ID Data with scheme and host in small letters. What has no host, as a number or a string of octets, keeps all its letters."""
    found = SCHEME.match(data)
    scheme, rest = (found.group().lower(), data[found.end():]) if found else (b"", data)
    user, at, host = rest.partition(b"@")
    if not at:
        if scheme not in WITHOUT_USER:
            return scheme + rest
        user, host = b"", rest
    end = HOST.match(host).end()
    return scheme + user + at + host[:end].lower() + host[end:]


def same(one, other):
    return one is not None and other is not None and folded(one) == folded(other)


def among(one, others):
    return any(same(one, other) for other in others)
