x = foo(
@a
class K:
    def
  def f(
"""
def h