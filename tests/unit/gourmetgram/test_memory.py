"""The settings of glibc's allocator."""

import subprocess
import sys

PHOTOS = 100
DECODE = f"""
import resource, threading
from gourmetgram.memory import keep_small

def decode():
    for _ in range({PHOTOS}):
        bytearray(3 * 1024 * 1024)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

keep_small()
before = faults()
thread = threading.Thread(target=decode)
thread.start()
thread.join()
print(faults() - before)
"""


def test_the_memory_of_a_photo_is_used_again_for_the_next_one() -> None:
    done = subprocess.run([sys.executable, "-c", DECODE], capture_output=True, text=True, check=True)
    pages_of_a_photo = 3 * 1024 * 1024 / 4096
    assert int(done.stdout) < PHOTOS * pages_of_a_photo / 10
