
# coding: koi8-r
# а
def f(): pass
