"""Small projects of notebooks, for recipes to execute."""

import nbformat

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(path, parameters, code, says=None):
    """Write a notebook of a parameters cell and one of code; `says`: what it reads and leaves."""
    tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": KERNEL} | ({} if says is None else {"unelib": says})
    book = nbformat.v4.new_notebook(cells=[tagged, nbformat.v4.new_code_cell(code)], metadata=metadata)
    nbformat.write(book, path)
