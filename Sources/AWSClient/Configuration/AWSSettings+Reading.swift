extension AWSSettings {
    /// Region, endpoints, retries and CA bundle as the SDKs read them, from the environment and the profile.
    package static func read(
        _ environment: ProcessEnvironment, profile: String? = nil, region: String? = nil
    ) throws(ConfigurationError) -> AWSSettings {
        try AWSSettings(environment, SharedConfiguration(environment, profile: profile), region: region)
    }

    init(
        _ environment: ProcessEnvironment, _ shared: SharedConfiguration, region chosen: String? = nil
    ) throws(ConfigurationError) {
        let profile = shared.profile
        self.init()
        region = chosen ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? profile["region"]
        endpoints = try EndpointOverrides(environment, shared)
        if let text = environment["AWS_MAX_ATTEMPTS"] ?? profile["max_attempts"] {
            guard let attempts = Int(text), attempts > 0 else {
                throw ConfigurationError("AWS_MAX_ATTEMPTS (max_attempts) must be a number above zero, not '\(text)'")
            }
            retries.maximumAttempts = attempts
        }
        caBundle = (environment["AWS_CA_BUNDLE"] ?? profile["ca_bundle"]).map { environment.path($0) }
    }
}

extension EndpointOverrides {
    /// "Service-specific endpoints" in the AWS SDKs and Tools Reference Guide: a service's own before the common one,
    /// and the environment before the file, in the order of that page.
    init(_ environment: ProcessEnvironment, _ shared: SharedConfiguration) throws(ConfigurationError) {
        self.init()
        let profile = shared.profile
        isFIPS = try Self.flag(environment, "AWS_USE_FIPS_ENDPOINT", profile, "use_fips_endpoint")
        isDualStack = try Self.flag(environment, "AWS_USE_DUALSTACK_ENDPOINT", profile, "use_dualstack_endpoint")
        guard
            try !Self.flag(
                environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile, "ignore_configured_endpoint_urls")
        else { return }
        let common = environment["AWS_ENDPOINT_URL"]
        if let url = common ?? profile["endpoint_url"] {
            setForAll(url, origin: common == nil ? "endpoint_url in \(shared.configPath)" : "AWS_ENDPOINT_URL")
        }
        var section: Profile?
        if let name = profile["services"] {
            guard let found = shared.services[name] else {
                throw ConfigurationError(
                    "the profile '\(shared.profileName)' names the section 'services \(name)', which \(shared.configPath) "
                        + "lacks")
            }
            section = found
        }
        for service in [AWSService.rds, .sts, .sso, .ssoOIDC] {
            let name = String(service.id.map { $0 == " " ? "_" : $0 })
            let variable = "AWS_ENDPOINT_URL_" + name
            if let url = environment[variable] {
                set(url, for: service, origin: variable)
            } else if common != nil {
                // The environment's common endpoint goes before the file's for one service.
                continue
            } else if let url = section?.nested[name.lowercased()]?["endpoint_url"] {
                set(url, for: service, origin: "endpoint_url of \(name.lowercased()) in \(shared.configPath)")
            }
        }
    }

    private static func flag(
        _ environment: ProcessEnvironment, _ variable: String, _ profile: Profile, _ property: String
    ) throws(ConfigurationError) -> Bool {
        guard let text = environment[variable] ?? profile[property] else { return false }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw ConfigurationError("\(variable) (\(property)) is 'true' or 'false', not '\(text)'")
        }
    }
}
