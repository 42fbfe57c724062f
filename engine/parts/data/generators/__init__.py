"""The functions that read data from files: run when training, and printed into exported scripts.

Each stands alone, given `import torch` and the imports that its data set names. The modules
import torch at the top, so a data set imports its module only when it needs the generator.
"""
