using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Appliance.Timestamping.Asn1;
using AlgorithmIdentifier = Appliance.Timestamping.Asn1.AlgorithmIdentifier;
using Appliance.Timestamping.Tests.Keys;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping.Tests.Tokens;

public sealed class TokenTemplateTests
{
    [Theory]
    [InlineData("P256")]
    [InlineData("P384")]
    [InlineData("Rsa2048")]
    public void A_token_is_what_AsnWriter_writes_for_every_length_of_signature(string name)
    {
        var key = MemoryKey.Named(name);
        var profile = SignatureProfile.For(key.Reference, null);
        var template = new TokenTemplate(profile, [key.Certificate, Authority.Root]);
        var attributes = new byte[template.AttributesLength];
        var toSign = new byte[template.DigestLength];
        foreach (var withCertificates in (bool[])[true, false])
        {
            for (var length = 1; length < 600; length += 7)
            {
                var tstInfo = new byte[length + 20];
                template.Hash(tstInfo, attributes, toSign);
                var signature = new byte[length];

                var response = template.Assemble(tstInfo, attributes, signature, withCertificates);

                Assert.Equal(Expected(profile, key.Certificate, tstInfo, signature, withCertificates), response);
            }
        }
    }

    [Theory]
    [InlineData("P256")]
    [InlineData("P384")]
    [InlineData("Rsa2048")]
    public void SignedCms_reads_verifies_and_finds_the_attributes(string name)
    {
        using var scene = new UnitScene(MemoryKey.Named(name));
        var response = scene.Issue(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));

        var cms = new SignedCms();
        cms.Decode(TimestampResponse.TokenOf(response).Span);
        cms.CheckSignature(verifySignatureOnly: true);

        var signer = Assert.Single(cms.SignerInfos.Cast<SignerInfo>());
        Assert.Equal(3, cms.Version);
        var attributes = signer.SignedAttributes.Cast<CryptographicAttributeObject>().Select(one => one.Oid.Value!)
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            "1.2.840.113549.1.9.16.2.47 1.2.840.113549.1.9.3 1.2.840.113549.1.9.4", string.Join(' ', attributes));
        // DER throughout: what SignedCms writes of what it has read is the same.
        Assert.Equal(TimestampResponse.TokenOf(response).ToArray(), cms.Encode());
    }

    [Theory]
    [InlineData("P256")]
    [InlineData("Rsa2048")]
    public void TSTInfo_is_what_AsnWriter_writes(string name)
    {
        var key = MemoryKey.Named(name);
        var template = new TstInfoTemplate(
            [UnitScene.Policy, UnitScene.OtherPolicy],
            new TimestampAccuracy(1, 2, 3),
            key.Certificate.SubjectName,
            isQualified: true);
        Assert.Equal(
            TimestampFailure.None,
            TimestampRequest.TryDecode(
                TimestampRequest.Create(HashAlgorithmName.SHA512, new byte[64], null, [0xFF, 1]), out var request));
        var buffer = new byte[template.MaxLength];
        var serial = new byte[20];
        for (var i = 0; i < 200; i++)
        {
            SerialNumbers.Fill(serial);
            var ticks = SetClocks.Beginning.AddMinutes(i * 7919).UtcTicks + (i % 3 == 0 ? 0 : i * 1_234_560L);

            var range = template.Write(buffer, i % 2, request, serial, ticks);

            var expected = new TstInfo(
                i % 2 == 0 ? UnitScene.Policy : UnitScene.OtherPolicy,
                new MessageImprint(new AlgorithmIdentifier("2.16.840.1.101.3.4.2.3"), new byte[64]),
                serial,
                new DateTimeOffset(ticks - (ticks % 10), TimeSpan.Zero),
                new TimestampAccuracy(1, 2, 3),
                Ordering: false,
                Nonce: new byte[] { 0, 0xFF, 1 },
                TstInfoTemplate.EncodeName(key.Certificate.SubjectName),
                TstInfoTemplate.EncodeStatement());
            var writer = new AsnWriter(AsnEncodingRules.DER);
            expected.Encode(writer);
            Assert.Equal(writer.Encode(), buffer[range]);
            var read = TstInfo.Decode(buffer[range]);
            Assert.Equal((expected.Policy, expected.Accuracy), (read.Policy, read.Accuracy));
            // The platform's reader loses a tick of some fractions.
            Assert.InRange((expected.GenTime - read.GenTime).Ticks, 0, 1);
        }
    }

    [Fact]
    public void A_qualified_stamp_carries_its_statement_as_EN_319_422_wants_it()
        // [1] { SEQ { qcStatements, OCTET STRING { SEQ { SEQ { 0.4.0.19422.1.1 } } } } }, not critical
        => Assert.Equal(
            "A11B301906082B06010505070103040D300B300906070400 8197 5E0101".Replace(" ", "", StringComparison.Ordinal),
            Convert.ToHexString(TstInfoTemplate.EncodeStatement()));

    [Fact]
    public void Serial_numbers_are_positive_differ_and_have_twenty_octets()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var serial = new byte[SerialNumbers.Length];
        var all = new byte[SerialNumbers.Length];
        for (var i = 0; i < 10_000; i++)
        {
            SerialNumbers.Fill(serial);
            Assert.InRange(serial[0], 0x40, 0x7F);
            Assert.True(seen.Add(Convert.ToHexString(serial)));
            for (var octet = 0; octet < all.Length; octet++)
            {
                all[octet] |= serial[octet];
            }
        }

        Assert.All(all.Skip(1), octet => Assert.Equal(0xFF, octet));
    }

    [Theory]
    [InlineData("2026-06-30T23:59:59.9999999Z", 3, "20260630235959.999Z")]
    [InlineData("2026-06-30T23:59:59.9999999Z", 0, "20260630235959Z")]
    [InlineData("2027-01-01T00:00:00.0000000Z", 6, "20270101000000Z")]
    [InlineData("2027-01-01T00:00:00.1000000Z", 6, "20270101000000.1Z")]
    [InlineData("2027-01-01T00:00:00.0000019Z", 6, "20270101000000.000001Z")]
    [InlineData("0001-02-03T04:05:06.0500000Z", 3, "00010203040506.05Z")]
    public void GenTime_is_cut_and_has_no_trailing_zeros(string time, int digits, string expected)
    {
        var target = new byte[GenTime.MaxLength];
        var ticks = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).UtcTicks;

        var length = GenTime.Write(target, ticks, digits);

        Assert.Equal([0x18, (byte)expected.Length, .. System.Text.Encoding.ASCII.GetBytes(expected)], target[..length]);
    }

    /// <summary>By the book: RFC 5652 with AsnWriter, which sorts sets and counts lengths itself.</summary>
    private static byte[] Expected(
        in SignatureProfile profile,
        X509Certificate2 certificate,
        byte[] tstInfo,
        byte[] signature,
        bool withCertificates)
    {
        var context0 = new Asn1Tag(TagClass.ContextSpecific, 0);
        var algorithms = profile;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            new PkiStatusInfo(TimestampPkiStatus.Granted).Encode(writer);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
                using (writer.PushSequence(context0))
                using (writer.PushSequence())
                {
                    writer.WriteInteger(3);
                    using (writer.PushSetOf())
                    {
                        algorithms.DigestIdentifier.Encode(writer);
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4");
                        using (writer.PushSequence(context0))
                        {
                            writer.WriteOctetString(tstInfo);
                        }
                    }

                    if (withCertificates)
                    {
                        using (writer.PushSetOf(context0))
                        {
                            writer.WriteEncodedValue(certificate.RawData);
                            writer.WriteEncodedValue(Authority.Root.RawData);
                        }
                    }

                    using (writer.PushSetOf())
                    {
                        WriteSigner(writer, algorithms, certificate, tstInfo, signature);
                    }
                }
            }
        }

        return writer.Encode();
    }

    private static void WriteSigner(
        AsnWriter writer, in SignatureProfile profile, X509Certificate2 certificate, byte[] tstInfo, byte[] signature)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(certificate.IssuerName.RawData);
                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }

            profile.DigestIdentifier.Encode(writer);
            using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                WriteAttribute(
                    writer, "1.2.840.113549.1.9.16.2.47", value => WriteSigningCertificate(value, certificate));
                WriteAttribute(
                    writer, "1.2.840.113549.1.9.3", value => value.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4"));
                var digest = CryptographicOperations.HashData(profile.Digest.Name, tstInfo);
                WriteAttribute(writer, "1.2.840.113549.1.9.4", value => value.WriteOctetString(digest));
            }

            profile.SignatureIdentifier.Encode(writer);
            writer.WriteOctetString(signature);
        }
    }

    private static void WriteAttribute(AsnWriter writer, string oid, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
            {
                value(writer);
            }
        }
    }

    private static void WriteSigningCertificate(AsnWriter writer, X509Certificate2 certificate)
    {
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteOctetString(SHA256.HashData(certificate.RawData));
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 4)))
                {
                    writer.WriteEncodedValue(certificate.IssuerName.RawData);
                }

                writer.WriteInteger(certificate.SerialNumberBytes.Span);
            }
        }
    }
}
