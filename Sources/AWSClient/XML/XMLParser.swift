import CExpat

/// Why bytes are not XML that we read.
package struct XMLSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    package let reason: String

    package var description: String { "invalid XML at line \(line): \(reason)" }
}

extension XMLElement {
    /// Elements within each other; the deepest reply of the RDS API has some ten.
    package static let maximumDepth = 64

    /// Parses one document with libexpat. Document types are refused: no reply of AWS has one, and without them there
    /// are neither external entities nor entities that grow.
    package init(parsing bytes: [UInt8]) throws(XMLSyntaxError) {
        guard bytes.count <= Int32.max else { throw XMLSyntaxError(line: 1, reason: "too long") }
        guard let parser = XML_ParserCreate(nil) else {
            throw XMLSyntaxError(line: 1, reason: "no memory for a parser")
        }
        defer { XML_ParserFree(parser) }
        let builder = TreeBuilder(parser)
        let status = withExtendedLifetime(builder) {
            XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
            XML_SetElementHandler(parser, startElement, endElement)
            XML_SetCharacterDataHandler(parser, characterData)
            XML_SetStartDoctypeDeclHandler(parser, documentType)
            return bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
                XML_Parse(parser, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), 1)
            }
        }
        guard status == XML_STATUS_OK, builder.refusal == nil, let root = builder.root else {
            let fault = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) }
            throw XMLSyntaxError(
                line: Int(clamping: XML_GetCurrentLineNumber(parser)),
                reason: builder.refusal ?? fault ?? "no element")
        }
        self = root
    }
}

/// What expat's callbacks write into.
private final class TreeBuilder {
    var root: XMLElement?
    var refusal: String?
    private let parser: XML_Parser
    private var open: [(element: XMLElement, text: [UInt8])] = []

    init(_ parser: XML_Parser) {
        self.parser = parser
    }

    func start(_ qualified: String) {
        guard open.count < XMLElement.maximumDepth else { return refuse("elements nested too deeply") }
        let name = qualified.split(separator: ":", maxSplits: 1).last.map(String.init) ?? qualified
        open.append((XMLElement(name: name), []))
    }

    func end() {
        guard let last = open.popLast() else { return }
        var element = last.element
        let text = last.text
        element.text = String(decoding: text, as: UTF8.self)
        // White space between children is layout.
        if !element.children.isEmpty, text.allSatisfy({ $0 <= 0x20 }) { element.text = "" }
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].element.children.append(element)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += bytes
    }

    func refuse(_ reason: String) {
        refusal = refusal ?? reason
        XML_StopParser(parser, XML_Bool(0))
    }
}

private func builder(_ context: UnsafeMutableRawPointer?) -> TreeBuilder? {
    context.map { Unmanaged<TreeBuilder>.fromOpaque($0).takeUnretainedValue() }
}

private func startElement(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?,
    _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
) {
    guard let name else { return }
    builder(context)?.start(String(cString: name))
}

private func endElement(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?) {
    builder(context)?.end()
}

private func characterData(_ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<XML_Char>?, _ count: Int32) {
    builder(context)?.append(UnsafeRawBufferPointer(start: text, count: Int(count)))
}

private func documentType(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?, _ system: UnsafePointer<XML_Char>?,
    _ id: UnsafePointer<XML_Char>?, _ hasInternalSubset: Int32
) {
    builder(context)?.refuse("a document type")
}
