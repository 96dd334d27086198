import AWSClient
import Testing

@Suite struct XMLElementTests {
    static func parse(_ text: String) throws -> XMLElement { try XMLElement(parsing: Array(text.utf8)) }

    @Test func tree() throws {
        let root = try Self.parse(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <a:Reply xmlns:a="http://rds.amazonaws.com/doc/2014-10-31/">
              <List><Item>1 &lt;2&gt; &amp;&#233;</Item><Item><![CDATA[<x>]]></Item><Empty/></List>
            </a:Reply>
            """)
        #expect(root.name == "Reply")
        #expect(root.text == "")
        #expect(root.strings("List", of: "Item") == ["1 <2> &é", "<x>"])
        #expect(root["List"]?.string("Empty") == nil)
    }

    @Test(arguments: [
        "", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>", "<a>\u{1}</a>",
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
    ])
    func refused(text: String) {
        #expect(throws: XMLSyntaxError.self) { try Self.parse(text) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        _ = try Self.parse(nested(XMLElement.maximumDepth))
        let error = #expect(throws: XMLSyntaxError.self) { try Self.parse(nested(XMLElement.maximumDepth + 1)) }
        #expect(error?.reason == "elements nested too deeply")
    }

    @Test func members() throws {
        let element = try Self.parse(
            "<a><i>5</i><d>0.5</d><b>true</b><t>2026-11-23T03:32:54.123Z</t><bad>x</bad><e></e></a>")
        #expect(try element.integer("i") == 5)
        #expect(try element.number("d") == 0.5)
        #expect(try element.boolean("b") == true)
        #expect(try element.time("t")?.iso8601 == "2026-11-23T03:32:54Z")
        #expect(try element.integer("none") == nil)
        #expect(try element.integer("e") == nil)
        #expect(throws: XMLDecodingError("<bad> in <a> is not an integer")) { try element.integer("bad") }
        #expect(throws: XMLDecodingError.self) { try element.boolean("bad") }
        #expect(throws: XMLDecodingError.self) { try element.number("bad") }
        #expect(throws: XMLDecodingError.self) { try element.time("bad") }
        #expect(throws: XMLDecodingError("<a> lacks <e>")) { try element.required("e") }
    }
}
