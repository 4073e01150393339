class a:
    def a(self): pass
    def a(self):
        def a(): pass
