# kernel_thin against goodpoints, time and quality, where PYTHON names an interpreter that has it:
# python3 -m venv /tmp/g && /tmp/g/bin/pip install goodpoints && PYTHON=/tmp/g/bin/python dev/bench thin_goodpoints
if ${PYTHON:-python3} -c 'import goodpoints' 2> /dev/null; then
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ${PYTHON:-python3} test/bench/thin_goodpoints.py
else
	echo "no goodpoints: set PYTHON"
fi
