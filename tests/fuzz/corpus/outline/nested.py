class K:
    @a
    def m(self):
        def n(): pass
        return [n for _ in self]

if __name__ == '__main__':
    K()
