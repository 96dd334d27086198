import ControlPlane

/// The version of this program; control plane and commands are one binary.
package enum Version {
    package static let text = ControlPlane.version
}
