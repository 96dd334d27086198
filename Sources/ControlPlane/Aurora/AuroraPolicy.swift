import DynamoModel
package import Environments

/// The least IAM policy with which the control plane can clone registered clusters and change nothing but its clones.
package struct AuroraPolicy: Sendable, Hashable {
    package var installation: InstallationID
    package var sources: [AuroraSource]
    /// The AWS account; `*` where it is not known.
    package var account = "*"
    package var partition = "aws"
    /// ARNs of the KMS keys that encrypt the sources.
    package var keys: [String] = []

    package init(installation: InstallationID, sources: [AuroraSource]) {
        self.installation = installation
        self.sources = sources
    }

    private struct Statement {
        var id: String
        var isDenial = false
        var actions: [String]
        var resources: [String]
        /// Operator, key, value.
        var condition: (String, String, String)?
    }

    /// The policy as JSON, to be attached to the role or user of the control plane.
    package var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("Version")
        writer.string("2012-10-17")
        writer.name("Statement")
        writer.beginArray()
        for statement in statements { write(statement, to: &writer) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(_ statement: Statement, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("Sid")
        writer.string(statement.id)
        writer.name("Effect")
        writer.string(statement.isDenial ? "Deny" : "Allow")
        for (name, values) in [("Action", statement.actions), ("Resource", statement.resources)] {
            writer.name(name)
            writer.beginArray()
            for value in values { writer.string(value) }
            writer.endArray()
        }
        if let (test, key, value) = statement.condition {
            writer.name("Condition")
            writer.beginObject()
            writer.name(test)
            writer.beginObject()
            writer.name(key)
            writer.string(value)
            writer.endObject()
            writer.endObject()
        }
        writer.endObject()
    }

    private func arn(_ kind: String, _ name: String, region: String) -> String {
        "arn:\(partition):rds:\(region):\(account):\(kind):\(name)"
    }

    private var regions: [String] { Set(sources.map(\.region)).sorted() }

    /// After the actions, resources and condition keys of Amazon RDS in the Service Authorization Reference.
    private var statements: [Statement] {
        let origins = Set(sources.map { arn("cluster", $0.cluster, region: $0.region) }).sorted()
        let own = AuroraNames.own(installation) + "*"
        let clones = regions.flatMap { [arn("cluster", own, region: $0), arn("db", own, region: $0)] }
        let groups = regions.flatMap { region in
            ["subgrp", "cluster-pg", "pg", "og"].map { arn($0, "*", region: region) }
        }
        var all = [
            Statement(
                id: "LookAtRDS",
                actions: [
                    "rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBSubnetGroups",
                    "rds:DescribeDBClusterParameterGroups", "rds:DescribeEvents", "rds:DescribeAccountAttributes",
                    "rds:ListTagsForResource",
                ], resources: ["*"]),
            Statement(
                id: "CloneRegisteredClusters", actions: ["rds:RestoreDBClusterToPointInTime"], resources: origins),
            Statement(
                id: "MakeTaggedClones",
                actions: ["rds:RestoreDBClusterToPointInTime", "rds:CreateDBInstance", "rds:AddTagsToResource"],
                resources: clones,
                condition: ("StringEquals", "aws:RequestTag/envctl:install", installation.text)),
            Statement(
                id: "UseGroups", actions: ["rds:RestoreDBClusterToPointInTime", "rds:CreateDBInstance"],
                resources: groups),
            Statement(
                id: "ChangeOwnClones",
                actions: [
                    "rds:CreateDBInstance", "rds:ModifyDBCluster", "rds:StartDBCluster", "rds:DeleteDBInstance",
                    "rds:DeleteDBCluster",
                ], resources: clones,
                condition: ("StringEquals", "aws:ResourceTag/envctl:install", installation.text)),
            Statement(
                id: "NeverChangeProduction", isDenial: true,
                actions: [
                    "rds:AddRoleToDBCluster", "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:DeleteDBCluster",
                    "rds:FailoverDBCluster", "rds:ModifyDBCluster", "rds:RebootDBCluster",
                    "rds:RemoveTagsFromResource", "rds:StartDBCluster", "rds:StopDBCluster",
                ], resources: origins),
        ]
        if !keys.isEmpty {
            all.append(
                Statement(id: "UseKeys", actions: ["kms:CreateGrant", "kms:DescribeKey"], resources: keys))
        }
        return all
    }
}
