def f(x):
    return f"{x["("]} {{}}" r'\'' '''
(
''' # '

def g(): pass
