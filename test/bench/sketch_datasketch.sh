# minhash against datasketch's vectorised update on the same elements, where PYTHON names an interpreter that has it:
# python3 -m venv /tmp/d && /tmp/d/bin/pip install datasketch && PYTHON=/tmp/d/bin/python dev/bench sketch_datasketch
if ${PYTHON:-python3} -c 'import datasketch' 2> /dev/null; then
	PGOPTIONS="-c max_parallel_workers_per_gather=0" OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 ${PYTHON:-python3} test/bench/sketch_datasketch.py
else
	echo "no datasketch: set PYTHON"
fi
