/// An environment and files, from which an SDK has to find credentials, a region and an endpoint. `{home}` and `{url}`
/// stand for the home directory and the pretended AWS.
struct Situation: Sendable {
    var name: String
    var variables: [String: String] = [:]
    var config = ""
    var credentials = ""
    /// A profile that the user names in the call.
    var profile: String?
    /// The access key; nil: an error, or none.
    var expected: String?

    private static let keys = "aws_access_key_id = KEY\naws_secret_access_key = s\n"

    private static func keys(_ id: String) -> String { "aws_access_key_id = \(id)\naws_secret_access_key = s\n" }

    static let all: [Situation] = [
        Situation(name: "nothing at all", expected: nil),
        Situation(
            name: "environment",
            variables: ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"],
            expected: "ENV"),
        Situation(
            name: "environment before files",
            variables: ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"],
            credentials: "[default]\n" + keys, expected: "ENV"),
        Situation(name: "half of the environment", variables: ["AWS_ACCESS_KEY_ID": "ENV"], expected: nil),
        Situation(
            name: "environment before AWS_PROFILE",
            variables: ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "dev"],
            credentials: "[dev]\n" + keys, expected: "ENV"),
        Situation(
            name: "a named profile before the environment",
            variables: ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"],
            credentials: "[dev]\n" + keys, profile: "dev", expected: "KEY"),
        Situation(
            name: "credentials file", config: "[default]\nregion = eu-west-1\n", credentials: "[default]\n" + keys,
            expected: "KEY"),
        Situation(
            name: "credentials file before config file", config: "[default]\n" + keys("CONFIG"),
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(name: "config file", config: "[default]\n" + keys("CONFIG"), expected: "CONFIG"),
        Situation(
            name: "config file, named profile", variables: ["AWS_PROFILE": "dev"],
            config: "[default]\nregion = a-b-1\n[profile dev]\nregion=us-west-2\n" + keys("DEV"), expected: "DEV"),
        Situation(
            name: "a quoted name", variables: ["AWS_PROFILE": "my dev"],
            config: "[profile \"my dev\"]\n" + keys("QUOTED"), expected: "QUOTED"),
        Situation(
            name: "a profile of the config file needs its prefix", variables: ["AWS_PROFILE": "dev"],
            config: "[dev]\n" + keys("DEV"), expected: nil),
        Situation(name: "a profile that is not there", variables: ["AWS_PROFILE": "none"], expected: nil),
        Situation(
            name: "half a profile", credentials: "[default]\naws_access_key_id = KEY\n", expected: nil),
        Situation(
            name: "files elsewhere",
            variables: ["AWS_SHARED_CREDENTIALS_FILE": "{home}/.aws/credentials", "AWS_CONFIG_FILE": "~/.aws/config"],
            config: "[default]\nregion = eu-north-1\n", credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "comments, colons and blanks",
            config: "# c\n; d\n[default]\n\n  # e\naws_access_key_id: A:B=C\nAWS_SECRET_ACCESS_KEY =  s  \n\n",
            expected: "A:B=C"),
        Situation(
            name: "credential_process",
            config: "[default]\ncredential_process = /bin/sh {home}/process.sh \"a b\" 'c'\n",
            expected: "PROCESS.a b.c"),
        Situation(
            name: "credential_process before keys of the config file",
            config: "[default]\ncredential_process = /bin/sh {home}/process.sh x y\n" + keys("CONFIG"),
            expected: "PROCESS.x.y"),
        Situation(
            name: "a credential_process that fails", config: "[default]\ncredential_process = /bin/false\n" + keys,
            expected: nil),
        Situation(
            name: "a role",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n[profile base]\n"
                + keys("BASE"),
            expected: "r-by-BASE"),
        Situation(
            name: "a role with everything",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nexternal_id = ext\n"
                + "role_session_name = mine\nduration_seconds = 900\n",
            credentials: "[base]\n" + keys("BASE"), expected: "r.ext.900.mine-by-BASE"),
        Situation(
            name: "a chain of roles",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
                + "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = c\n[profile c]\n" + keys("C"),
            expected: "a-by-b-by-C"),
        Situation(
            name: "a circle",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
                + "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = default\n",
            expected: nil),
        Situation(
            name: "a profile that is its own source",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = default\n" + keys("SELF"),
            expected: "a-by-SELF"),
        Situation(
            name: "keys of a source that is a role as well",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
                + "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = default\n" + keys("B"),
            expected: "a-by-B"),
        Situation(
            name: "a source that is not there",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n", expected: nil),
        Situation(
            name: "a role without a source", config: "[default]\nrole_arn = arn:aws:iam::1:role/a\n", expected: nil),
        Situation(
            name: "a role with two sources",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\ncredential_source = Environment\n"
                + "[profile b]\n" + keys,
            expected: nil),
        Situation(
            name: "a role from the environment's keys",
            variables: ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "s"],
            config: "[profile r]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n", profile: "r",
            expected: "r-by-ENV"),
        Situation(
            name: "a role from the container",
            variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"],
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer\n",
            expected: "r-by-CONTAINER.none"),
        Situation(
            name: "a role from the instance",
            variables: ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"],
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Ec2InstanceMetadata\n",
            expected: "r-by-INSTANCE"),
        Situation(
            name: "a role with a source that nobody knows",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Elsewhere\n", expected: nil),
        Situation(
            name: "web identity of the environment",
            variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"],
            expected: "w.web-token-by-unsigned"),
        Situation(
            name: "web identity with a name",
            variables: [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/w",
                "AWS_ROLE_SESSION_NAME": "pod",
            ], credentials: "[default]\n" + keys, expected: "w.web-token.pod-by-unsigned"),
        Situation(
            name: "web identity without a role", variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"],
            expected: nil),
        Situation(
            name: "web identity without its file",
            variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/none", "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"],
            expected: nil),
        Situation(
            name: "web identity of a profile",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/p\nweb_identity_token_file = {home}/token\n",
            expected: "p.web-token-by-unsigned"),
        Situation(
            name: "a role from a web identity",
            config: "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = w\n"
                + "[profile w]\nrole_arn = arn:aws:iam::1:role/p\nweb_identity_token_file = {home}/token\n",
            expected: "r-by-p.web-token-by-unsigned"),
        Situation(
            name: "IAM Identity Center",
            config: "[default]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = Dev\n"
                + "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://work.example/start\n",
            expected: "SSO.sso-work.111122223333.Dev"),
        Situation(
            name: "IAM Identity Center, older form",
            config: "[default]\nsso_start_url = https://old.example/start\nsso_region = eu-west-1\n"
                + "sso_account_id = 111122223333\nsso_role_name = Dev\n",
            expected: "SSO.sso-old.111122223333.Dev"),
        Situation(
            name: "IAM Identity Center, a token to renew",
            config: "[default]\nsso_session = late\nsso_account_id = 1\nsso_role_name = Dev\n"
                + "[sso-session late]\nsso_region = eu-west-1\nsso_start_url = https://late.example/start\n",
            expected: "SSO.sso-renewed.1.Dev"),
        Situation(
            name: "IAM Identity Center without a login",
            config: "[default]\nsso_session = never\nsso_account_id = 1\nsso_role_name = Dev\n"
                + "[sso-session never]\nsso_region = eu-west-1\nsso_start_url = https://never.example/start\n",
            expected: nil),
        Situation(
            name: "IAM Identity Center without its session",
            config: "[default]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = Dev\n", expected: nil),
        Situation(
            name: "container", variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"],
            expected: "CONTAINER.none"),
        Situation(
            name: "container with a token",
            variables: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "abc",
            ], expected: "CONTAINER.abc"),
        Situation(
            name: "container with a token's file",
            variables: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "abc",
            ], expected: "CONTAINER.web-token"),
        Situation(
            name: "container elsewhere",
            variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/container"], expected: nil),
        Situation(
            name: "files before the container", variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"],
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "container before the instance",
            variables: [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container", "AWS_EC2_METADATA_DISABLED": "false",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}",
            ], expected: "CONTAINER.none"),
        Situation(
            name: "instance",
            variables: ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"],
            expected: "INSTANCE"),
        Situation(
            name: "instance, disabled", variables: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"], expected: nil),
        Situation(
            name: "endpoint of one service", variables: ["AWS_ENDPOINT_URL_RDS": "http://rds.test:1/base/"],
            config: "[default]\nregion = eu-west-1\n", credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "endpoint of all services before the file's",
            variables: ["AWS_ENDPOINT_URL": "http://all.test:1"],
            config: "[default]\nservices = s\nendpoint_url = http://file.test\n[services s]\nrds =\n"
                + "  endpoint_url = http://rds.test\n",
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "endpoint of the services section",
            config: "[default]\nservices = s\nendpoint_url = http://file.test\n[services s]\nrds =\n"
                + "  endpoint_url = http://rds.test\nsts =\n  endpoint_url = {url}\n",
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "endpoint of the profile", config: "[default]\nendpoint_url = http://file.test\n",
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "endpoints ignored",
            variables: ["AWS_ENDPOINT_URL": "http://all.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"],
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "region of the environment", variables: ["AWS_DEFAULT_REGION": "ap-northeast-3"],
            config: "[default]\nregion = eu-west-1\n", credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "FIPS", variables: ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_DEFAULT_REGION": "us-east-2"],
            credentials: "[default]\n" + keys, expected: "KEY"),
        Situation(
            name: "dual stack",
            config: "[default]\nregion = eu-central-1\nuse_dualstack_endpoint = true\n",
            credentials: "[default]\n" + keys, expected: "KEY"),
    ]
}
