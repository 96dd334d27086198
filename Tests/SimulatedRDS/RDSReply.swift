import Environments

/// Answers of the RDS API in the Query protocol's XML.
enum RDSReply {
    static func success(_ action: String, _ result: String) -> String {
        """
        <?xml version="1.0"?><\(action)Response xmlns="http://rds.amazonaws.com/doc/\(RDSModel.version)/">\
        <\(action)Result>\(result)</\(action)Result>\
        <ResponseMetadata><RequestId>5a0fa01e-0000-4000-8000-00000000fa17</RequestId></ResponseMetadata>\
        </\(action)Response>
        """
    }

    static func failure(_ code: String, _ message: String, isOfServer: Bool) -> String {
        """
        <?xml version="1.0"?><ErrorResponse xmlns="http://rds.amazonaws.com/doc/\(RDSModel.version)/"><Error>\
        <Type>\(isOfServer ? "Receiver" : "Sender")</Type><Code>\(code)</Code><Message>\(escape(message))</Message>\
        </Error><RequestId>5a0fa01e-0000-4000-8000-00000000fa17</RequestId></ErrorResponse>
        """
    }

    static func cluster(_ cluster: AuroraCluster) -> String {
        let members = cluster.members.map {
            "<DBClusterMember><DBInstanceIdentifier>\($0)</DBInstanceIdentifier>"
                + "<IsClusterWriter>true</IsClusterWriter></DBClusterMember>"
        }
        let groups = cluster.securityGroups.map {
            "<VpcSecurityGroupMembership><VpcSecurityGroupId>\($0)</VpcSecurityGroupId><Status>active</Status>"
                + "</VpcSecurityGroupMembership>"
        }
        return "<DBCluster>"
            + element("DBClusterIdentifier", cluster.identifier) + element("DBClusterArn", cluster.arn)
            + element("Status", cluster.status.text) + element("Engine", cluster.engine)
            + element("EngineVersion", cluster.engineVersion) + element("Endpoint", cluster.endpoint)
            + element("Port", "\(cluster.port)") + element("MasterUsername", cluster.masterUser)
            + element("CloneGroupId", cluster.cloneGroup) + element("DBSubnetGroup", cluster.subnetGroup)
            + element("DBClusterParameterGroup", cluster.parameterGroup)
            + element("DeletionProtection", "\(cluster.isProtected)")
            + "<DBClusterMembers>\(members.joined())</DBClusterMembers>"
            + "<VpcSecurityGroups>\(groups.joined())</VpcSecurityGroups>" + tags(cluster.tags) + "</DBCluster>"
    }

    static func instance(_ instance: AuroraInstance) -> String {
        "<DBInstance>"
            + element("DBInstanceIdentifier", instance.identifier)
            + element("DBInstanceStatus", instance.status.text) + element("Engine", "aurora-postgresql")
            + element("DBInstanceClass", instance.instanceClass) + element("DBClusterIdentifier", instance.cluster)
            + "<DBParameterGroups><DBParameterGroup>" + element("DBParameterGroupName", instance.parameterGroup)
            + "</DBParameterGroup></DBParameterGroups>" + element("DeletionProtection", "\(instance.isProtected)")
            + tags(instance.tags) + "</DBInstance>"
    }

    static func element(_ name: String, _ text: String?) -> String {
        guard let text, !text.isEmpty else { return "" }
        return "<\(name)>\(escape(text))</\(name)>"
    }

    private static func tags(_ tags: [String: String]) -> String {
        let items = tags.sorted { $0.key < $1.key }.map {
            "<Tag>" + element("Key", $0.key) + "<Value>\(escape($0.value))</Value></Tag>"
        }
        return "<TagList>\(items.joined())</TagList>"
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
    }
}
