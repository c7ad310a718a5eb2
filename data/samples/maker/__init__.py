"""Makes the sample workspace: tables first, then every figure that the documents state, then the documents.

It knows nothing of the app: it needs plain Python, reportlab, python-docx, openpyxl and python-pptx.
"""
