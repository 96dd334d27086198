# The Python environment of the tests: boto3, the AWS CLI, moto's server, Hypercorn and pytest from PyPI in a virtual
# environment of this checkout.

python_environment() {
    local wanted="$root/Tests/SDKTests/requirements.txt" stamp="$root/.venv/installed"
    if [ -f "$stamp" ] && cmp -s "$wanted" "$stamp"; then return; fi
    if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then install_packages python3 python3-venv; fi
    step "making the Python environment for boto3, the AWS CLI and moto"
    rm -rf "$root/.venv"
    python3 -m venv "$root/.venv"
    "$root/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$stamp"
}
