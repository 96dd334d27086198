/// A part of AWS with regions, accounts and host names of its own.
package struct Partition: Sendable, Hashable {
    /// As ARNs name it.
    package let id: String
    package let dnsSuffix: String
    /// The suffix of host names that answer over IPv6 too.
    package let dualStackDNSSuffix: String
    /// The beginnings of its regions' names.
    private let regionPrefixes: [String]

    /// The partition that a region belongs to; regions that nobody knows yet belong to `aws`, as in the SDKs.
    package init(region: String) {
        self = Self.others.first { partition in partition.regionPrefixes.contains { region.hasPrefix($0) } } ?? .aws
    }

    private init(_ id: String, _ dnsSuffix: String, dualStack: String, _ regionPrefixes: [String]) {
        self.id = id
        self.dnsSuffix = dnsSuffix
        dualStackDNSSuffix = dualStack
        self.regionPrefixes = regionPrefixes
    }

    package static let aws = Partition("aws", "amazonaws.com", dualStack: "api.aws", [])

    private static let others = [
        Partition("aws-cn", "amazonaws.com.cn", dualStack: "api.amazonwebservices.com.cn", ["cn-", "aws-cn-"]),
        Partition("aws-us-gov", "amazonaws.com", dualStack: "api.aws", ["us-gov-", "aws-us-gov-"]),
        Partition("aws-iso", "c2s.ic.gov", dualStack: "api.aws.ic.gov", ["us-iso-", "aws-iso-global"]),
        Partition("aws-iso-b", "sc2s.sgov.gov", dualStack: "api.aws.scloud", ["us-isob-", "aws-iso-b-"]),
        Partition("aws-iso-e", "cloud.adc-e.uk", dualStack: "api.cloud-aws.adc-e.uk", ["eu-isoe-", "aws-iso-e-"]),
        Partition("aws-iso-f", "csp.hci.ic.gov", dualStack: "api.aws.hci.ic.gov", ["us-isof-", "aws-iso-f-"]),
        Partition("aws-eusc", "amazonaws.eu", dualStack: "api.amazonwebservices.eu", ["eusc-"]),
    ]
}
