ùx = x = foo(
@a
class K:
   @a
class K:codingef
 f d (ef
"""
ãef h