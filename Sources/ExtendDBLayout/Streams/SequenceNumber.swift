/// Sequence numbers as records and shards have them: decimal digits of one length, so that text orders them.
package enum SequenceNumber {
    package static func text(_ number: Int64) -> String {
        StreamLabel.pad(max(0, number), StreamStatements.sequenceDigits)
    }
}
