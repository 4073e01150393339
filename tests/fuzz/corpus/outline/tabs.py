if 1:
	def f():
		pass
   def g():\
 pass
def h(): passdef i(): 0