# The lock without torch and what its build for GPUs needs: a package is a line, its hashes are the indented ones after it.
/^[^ #]/ { kept = !/^(torch==|triton==|nvidia-|cuda-)/ }
kept
