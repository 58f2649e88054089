#!/usr/bin/env python3
"""The numbers that random_test.cpp expects, by Philox4x32-10 written from its paper (Salmon et al., 2011).

A stream's counter is (block number, stream number), its key the seed. Blocks are taken in groups of 16, the first
words of all 16 before their second words.
"""
MULTIPLIERS, INCREMENTS, MASK = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85), 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = MULTIPLIERS[0] * c[0], MULTIPLIERS[1] * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & MASK, first >> 32 ^ c[3] ^ k[1], first & MASK]
        k = [(k[i] + INCREMENTS[i]) & MASK for i in (0, 1)]
    return c


def group(seed, stream, number=0):
    blocks = [philox((i & MASK, i >> 32, stream, 0), (seed & MASK, seed >> 32)) for i in range(16 * number, 16 * number + 16)]
    return [block[word] for word in range(4) for block in blocks]


# The known answers of the authors' library.
assert philox((0, 0, 0, 0), (0, 0)) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)) == [
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]

words = group(42, 0)
print("float32, seed 42:", [word >> 8 for word in words[:4]], "/ 2^24")
print("float64, seed 42:", [(words[i] >> 5) * 2**-27 + (words[32 + i] >> 6) * 2**-53 for i in range(3)])
print("int in [0, 10), seed 42:", [((words[i] << 32 | words[32 + i]) * 10) >> 64 for i in range(6)])
order = list(range(8))
for step in range(7):
    left = 8 - step
    other = (words[step] << 32 | words[32 + step]) * left >> 64
    order[left - 1], order[other] = order[other], order[left - 1]
print("permutation of 8, seed 42:", order)
for stream in (1, 2):
    print("after set_seed(42), call", stream, [word >> 8 for word in group(42, stream)[:3]], "/ 2^24")
