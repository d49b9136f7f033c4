"""Whether bytes arrived as they were sent: the ETag of most stores is the MD5 of an object's content.

No other checksum is understood by every S3 server. Some ETags are not MD5s, such as those of encryption with
KMS; whoever sees an object unchanged in spite of its ETag says so, and the bucket's are ignored from then on.
"""

import hashlib
import re

_MD5 = re.compile(r'"?([0-9a-f]{32})"?')


class Etags:
    """The buckets whose ETags are believed: all until one turns out not to be an MD5."""

    def __init__(self) -> None:
        self._ignored: set[str] = set()

    def contradict(self, bucket: str, etag: str | None, body: bytes) -> bool:
        """Return whether an object's ETag is that of other content."""
        digest = _MD5.fullmatch(etag or "")
        if not digest or bucket in self._ignored:
            return False
        return digest[1] != hashlib.md5(body, usedforsecurity=False).hexdigest()

    def ignore(self, bucket: str) -> None:
        """Believe the ETags of a bucket no longer: they are not MD5s."""
        self._ignored.add(bucket)
