using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Appliance.Server.Csc.Text;

namespace Appliance.Server.Tests.Csc.Text;

/// <summary>The examples of RFC 4514 section 4, and what its section 2.4 asks for.</summary>
public sealed class DistinguishedNameTextTests
{
    [Fact]
    public void The_most_specific_attribute_comes_first()
        => Assert.Equal(
            "UID=jsmith,DC=example,DC=net",
            Format(
                ("0.9.2342.19200300.100.1.25", "net"),
                ("0.9.2342.19200300.100.1.25", "example"),
                ("0.9.2342.19200300.100.1.1", "jsmith")));

    [Theory]
    [InlineData("James \"Jim\" Smith, III", "CN=James \\\"Jim\\\" Smith\\, III")]
    [InlineData(" padded ", "CN=\\ padded\\ ")]
    [InlineData("#hash", "CN=\\#hash")]
    [InlineData("a#b", "CN=a#b")]
    [InlineData("a+b;c<d>e\\f", "CN=a\\+b\\;c\\<d\\>e\\\\f")]
    [InlineData("a=b", "CN=a=b")]
    [InlineData("Before\rAfter", "CN=Before\\0DAfter")]
    [InlineData("Lučić", "CN=Lučić")]
    [InlineData(" ", "CN=\\ ")]
    [InlineData("", "CN=")]
    public void Values_are_escaped(string value, string expected)
        => Assert.Equal(expected, Format(("2.5.4.3", value)));

    [Fact]
    public void A_type_without_a_name_takes_the_hexadecimal_form()
        => Assert.Equal("1.3.6.1.4.1.1466.0=#0C0548656C6C6F", Format(("1.3.6.1.4.1.1466.0", "Hello")));

    [Fact]
    public void Attributes_of_one_set_are_joined_by_plus()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSetOf())
        {
            WriteAttribute(writer, "2.5.4.11", "Sales");
            WriteAttribute(writer, "2.5.4.3", "J.  Smith");
        }

        var text = DistinguishedNameText.Format(new X500DistinguishedName(writer.Encode()));

        Assert.True(text is "OU=Sales+CN=J.  Smith" or "CN=J.  Smith+OU=Sales", text);
    }

    [Fact]
    public void Organization_and_common_name_are_found_unescaped()
        => Assert.Equal(
            ("Acme, Inc.", "Ion \"I\" Pop"),
            DistinguishedNameText.Essentials(
                Name(("2.5.4.6", "RO"), ("2.5.4.10", "Acme, Inc."), ("2.5.4.3", "Ion \"I\" Pop"))));

    private static string Format(params (string Oid, string Value)[] attributes)
        => DistinguishedNameText.Format(Name(attributes));

    private static X500DistinguishedName Name(params (string Oid, string Value)[] attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (oid, value) in attributes)
            {
                using (writer.PushSetOf())
                {
                    WriteAttribute(writer, oid, value);
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    private static void WriteAttribute(AsnWriter writer, string oid, string value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value);
        }
    }
}
