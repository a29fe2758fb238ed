using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Appliance.Timestamping.Asn1;
using Appliance.Timestamping.Tests.Keys;
using Appliance.Timestamping.Tokens;

namespace Appliance.Timestamping.Tests;

public sealed class TimestampRequestTests
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    [Theory]
    [InlineData("-sha256", "2.16.840.1.101.3.4.2.1", 32)]
    [InlineData("-sha384", "2.16.840.1.101.3.4.2.2", 48)]
    [InlineData("-sha512", "2.16.840.1.101.3.4.2.3", 64)]
    [InlineData("-sha3-256", "2.16.840.1.101.3.4.2.8", 32)]
    public void What_openssl_asks_for_is_read(string option, string algorithm, int length)
    {
        using var directory = new TemporaryDirectory();
        var data = directory.Write("data", "hello");
        OpenSsl.Run(
            "ts", "-query", "-data", data, option, "-cert", "-tspolicy", "1.2.3.4", "-out", directory.File("q"));

        var failure = TimestampRequest.TryDecode(File.ReadAllBytes(directory.File("q")), out var request);

        Assert.Equal(TimestampFailure.None, failure);
        Assert.Equal(algorithm, Timestamping.Asn1.Der.ReadOid(request.HashAlgorithmOid.Span));
        Assert.Equal(length, request.Digest.Length);
        Assert.Equal("1.2.3.4", Timestamping.Asn1.Der.ReadOid(request.PolicyOid.Span));
        Assert.InRange(request.Nonce.Length, 7, 9);
        Assert.True(request.CertificatesRequested);
        Assert.False(request.HasExtensions);
    }

    [Fact]
    public void What_is_made_here_is_what_the_platform_makes()
    {
        byte[] nonce = [0x81, 2, 3, 4];
        var theirs = Rfc3161Request(nonce).Encode();

        var ours = TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, "1.2.3", nonce);

        Assert.Equal(TimestampFailure.None, TimestampRequest.TryDecode(theirs, out var request));
        Assert.Equal(TimestampFailure.None, TimestampRequest.TryDecode(ours, out var own));
        Assert.Equal(request.Digest.ToArray(), own.Digest.ToArray());
        Assert.Equal(request.Nonce.ToArray(), own.Nonce.ToArray());
        Assert.Equal(request.PolicyOid.ToArray(), own.PolicyOid.ToArray());
        Assert.True(own.CertificatesRequested);
    }

    /// <summary>Contents octets are told, and echoed: 2^511 needs one more, for its sign.</summary>
    [Fact]
    public void The_longest_nonce_is_made_read_and_echoed_and_a_longer_one_not_made()
    {
        byte[] longest = [0x7F, .. RandomNumberGenerator.GetBytes(63)];
        using var scene = new UnitScene();

        var request = TimestampRequest.Create(HashAlgorithmName.SHA512, new byte[64], nonce: [0, 0, .. longest]);
        var token = TimestampToken.Decode(TimestampResponse.TokenOf(scene.Issue(request)));

        Assert.Equal(longest, token.Nonce.ToArray());
        Assert.Throws<ArgumentException>(() => Make([0x80, .. new byte[63]]));
        Assert.Throws<ArgumentException>(() => Make([1, .. new byte[64]]));
        Refuses(
            Build(after: writer => writer.WriteIntegerUnsigned([0x80, .. new byte[63]])), TimestampFailure.BadRequest);

        static byte[] Make(byte[] nonce)
            => TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, null, nonce);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("FF")]
    [InlineData("80")]
    [InlineData("8000000000000000")]
    [InlineData("00FFFFFFFFFFFFFFFF")]
    public void Any_integer_is_a_nonce_and_comes_back_octet_for_octet(string hex)
    {
        var nonce = Convert.FromHexString(hex);
        using var scene = new UnitScene();
        var request = Build(after: writer => writer.WriteInteger(nonce));

        var token = TimestampToken.Decode(TimestampResponse.TokenOf(scene.Issue(request)));

        Assert.Equal(nonce, token.Nonce.ToArray());
    }

    [Fact]
    public void An_imprint_comes_back_octet_for_octet_with_NULL_and_without()
    {
        using var scene = new UnitScene();
        foreach (var parameters in new Action<AsnWriter>?[] { null, writer => writer.WriteNull() })
        {
            var request = Build(parameters: parameters);
            Assert.Equal(TimestampFailure.None, TimestampRequest.TryDecode(request, out var read));

            var response = scene.Issue(request);

            Assert.NotEqual(-1, response.AsSpan().IndexOf(read.Imprint.Span));
            Assert.Equal(parameters is null ? 47 : 49, read.Imprint.Length - 2);
        }
    }

    /// <summary>Of the kind that ITU-T X.667 makes of a UUID, and one that no number of 128 bits holds.</summary>
    [Theory]
    [InlineData("2.25.329800735698586629295641978511506172918")]
    [InlineData("1.3.6.1.4.1.4294967296.18446744073709551616")]
    public void A_policy_with_long_arcs_is_served_and_told(string policy)
    {
        using var scene = new UnitScene(options: new TimestampUnitOptions { Name = "long", DefaultPolicy = policy });
        var stamp = scene.Unit.NewStamp();

        Assert.Equal(
            TimestampFailure.None,
            stamp.Prepare(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest, policy)));

        Assert.Equal(policy, stamp.Policy);
        Assert.True(stamp.TryBegin());
        Assert.Equal(TimestampFailure.None, stamp.Complete(scene.Sign(stamp), out var response));
        Assert.Equal(policy, TimestampToken.Decode(TimestampResponse.TokenOf(response)).Policy);
    }

    /// <summary>Contents of OBJECT IDENTIFIER, INTEGER and BOOLEAN that DER has no room for.</summary>
    [Theory]
    [InlineData("0600")]
    [InlineData("0603800102")]
    [InlineData("06022A80")]
    [InlineData("06032A8001")]
    [InlineData("0200")]
    [InlineData("02020001")]
    [InlineData("0202FFFF")]
    [InlineData("010101")]
    [InlineData("0100")]
    [InlineData("01020000")]
    [InlineData("0281020101")]
    [InlineData("0202")]
    [InlineData("2203020101")]
    [InlineData("24800000")]
    [InlineData("1F0101")]
    [InlineData("0201010201010101FF")]
    [InlineData("0101FF0101FF")]
    [InlineData("A00430020600")]
    [InlineData("A0073005060101040000")]
    [InlineData("8000")]
    [InlineData("A003020101")]
    public void What_is_no_DER_is_refused(string tail)
    {
        byte[] request = [.. Build(), .. Convert.FromHexString(tail)];
        request[1] += (byte)(tail.Length / 2);

        Refuses(request, TimestampFailure.BadDataFormat);
        Assert.False(System.Security.Cryptography.Pkcs.Rfc3161TimestampRequest.TryDecode(request, out _, out _));
    }

    [Theory]
    [InlineData("SHA256", "1.2.3", "")]
    [InlineData("SHA384", null, "00")]
    [InlineData("SHA512", "0.4.0.2023.1.1", "80")]
    [InlineData("SHA3-256", null, "0000007F01")]
    [InlineData("SHA3-384", "2.999.1", "FFFFFFFFFFFFFFFF")]
    [InlineData("SHA3-512", null, "01")]
    public void What_is_made_here_is_what_AsnWriter_makes(string algorithm, string? policy, string nonce)
    {
        var known = ImprintAlgorithm.ByName(new HashAlgorithmName(algorithm));
        var digest = RandomNumberGenerator.GetBytes(known.Length);
        byte[] number = [.. Convert.FromHexString(nonce)];
        foreach (var certificates in new[] { false, true })
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                new MessageImprint(new AlgorithmIdentifier(known.Oid), digest).Encode(writer);
                if (policy is not null)
                {
                    writer.WriteObjectIdentifier(policy);
                }

                if (number.Length > 0)
                {
                    writer.WriteInteger(new BigInteger(number, isUnsigned: true, isBigEndian: true));
                }

                if (certificates)
                {
                    writer.WriteBoolean(true);
                }
            }

            Assert.Equal(
                Convert.ToHexString(writer.Encode()),
                Convert.ToHexString(TimestampRequest.Create(known.Name, digest, policy, number, certificates)));
        }
    }

    [Theory]
    [InlineData("2.16.840.1.101.3.4.2.1", 32)]
    [InlineData("2.16.840.1.101.3.4.2.10", 64)]
    [InlineData("2.16.840.1.101.3.4.2.4", 0)]
    [InlineData("1.3.14.3.2.26", 0)]
    [InlineData("SHA256", 0)]
    [InlineData("", 0)]
    public void An_algorithm_is_found_by_its_object_identifier(string oid, int length)
    {
        Assert.Equal(length > 0, TimestampRequest.TryFindAlgorithm(oid, out _, out var found));
        Assert.Equal(length, found);
    }

    [Fact]
    public void An_explicit_certReq_FALSE_is_tolerated()
    {
        var request = Build(after: writer => writer.WriteBoolean(false));

        Assert.Equal(TimestampFailure.None, TimestampRequest.TryDecode(request, out var read));
        Assert.False(read.CertificatesRequested);
    }

    public static TheoryData<string, TimestampFailure> Refused => new()
    {
        { "", TimestampFailure.BadDataFormat },
        { "00", TimestampFailure.BadDataFormat },
        { "3000", TimestampFailure.BadDataFormat },
        { "3080020101000000", TimestampFailure.BadDataFormat },
        { "30030201", TimestampFailure.BadDataFormat },
        { "3003020101", TimestampFailure.BadDataFormat },
        { "30040202000130", TimestampFailure.BadDataFormat },
        { "3003020102", TimestampFailure.BadRequest },
        { "3003020100", TimestampFailure.BadRequest },
        { "30020200", TimestampFailure.BadDataFormat },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_malformed_request_is_refused(string hex, TimestampFailure expected)
        => Assert.Equal(expected, TimestampRequest.TryDecode(Convert.FromHexString(hex), out _));

    [Fact]
    public void What_stands_behind_a_request_is_refused()
        => Refuses([.. Build(), 0x00], TimestampFailure.BadDataFormat);

    [Fact]
    public void A_request_of_4_KiB_is_not_looked_at()
        => Refuses(Build(after: writer => WriteExtension(writer, 5000)), TimestampFailure.BadDataFormat);

    [Fact]
    public void Fields_in_another_order_are_refused() => Refuses(
        Build(after: writer =>
        {
            writer.WriteBoolean(true);
            writer.WriteInteger(5);
        }),
        TimestampFailure.BadDataFormat);

    [Fact]
    public void A_nonce_without_end_is_refused()
        => Refuses(
            Build(after: writer => writer.WriteIntegerUnsigned([1, .. new byte[64]])), TimestampFailure.BadRequest);

    [Fact]
    public void Other_tags_and_empty_extensions_are_refused()
    {
        Refuses(
            Build(after: writer => writer.WriteOctetString([1], new Asn1Tag(TagClass.ContextSpecific, 5))),
            TimestampFailure.BadDataFormat);
        Refuses(
            Build(after: writer =>
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                {
                    // Nothing in it.
                }
            }),
            TimestampFailure.BadDataFormat);
    }

    public static TheoryData<string, int, string?, bool, TimestampFailure> Decided => new()
    {
        { Sha256, 32, null, false, TimestampFailure.None },
        { "1.3.14.3.2.26", 20, null, false, TimestampFailure.BadAlgorithm },
        { "1.2.840.113549.2.5", 16, null, false, TimestampFailure.BadAlgorithm },
        { "2.16.840.1.101.3.4.2.4", 28, null, false, TimestampFailure.BadAlgorithm },
        { "2.16.840.1.101.3.4.2.99", 32, null, false, TimestampFailure.BadAlgorithm },
        { Sha256, 31, null, false, TimestampFailure.BadDataFormat },
        { Sha256, 64, null, false, TimestampFailure.BadDataFormat },
        { Sha256, 32, UnitScene.OtherPolicy, false, TimestampFailure.None },
        { Sha256, 32, "1.2.3.4.5", false, TimestampFailure.UnacceptedPolicy },
        { Sha256, 32, null, true, TimestampFailure.UnacceptedExtension },
        { "1.3.14.3.2.26", 20, "1.2.3.4.5", true, TimestampFailure.BadAlgorithm },
    };

    [Theory]
    [MemberData(nameof(Decided))]
    public void A_unit_decides(string algorithm, int length, string? policy, bool extension, TimestampFailure expected)
    {
        using var scene = new UnitScene();
        var request = Build(algorithm, length, after: writer =>
        {
            if (policy is not null)
            {
                writer.WriteObjectIdentifier(policy);
            }

            if (extension)
            {
                WriteExtension(writer, 10);
            }
        });

        Assert.Equal(expected, scene.Unit.NewStamp().Prepare(request));
    }

    [Fact]
    public void An_algorithm_with_parameters_is_refused_and_with_NULL_accepted()
    {
        using var scene = new UnitScene();
        var stamp = scene.Unit.NewStamp();

        Assert.Equal(TimestampFailure.None, stamp.Prepare(Build(parameters: writer => writer.WriteNull())));
        Assert.Equal(
            TimestampFailure.BadAlgorithm, stamp.Prepare(Build(parameters: writer => writer.WriteInteger(1))));
    }

    [Fact]
    public void An_algorithm_that_a_unit_does_not_accept_is_refused()
    {
        using var scene = new UnitScene(options: new TimestampUnitOptions
        {
            Name = "strict",
            DefaultPolicy = UnitScene.Policy,
            ImprintAlgorithms = [HashAlgorithmName.SHA512],
        });

        Assert.Equal(TimestampFailure.BadAlgorithm, scene.Unit.NewStamp().Prepare(Build()));
    }

    private static void Refuses(byte[] request, TimestampFailure expected)
        => Assert.Equal(expected, TimestampRequest.TryDecode(request, out _));

    private static void WriteExtension(AsnWriter writer, int length)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.3");
            writer.WriteOctetString(new byte[length]);
        }
    }

    private static System.Security.Cryptography.Pkcs.Rfc3161TimestampRequest Rfc3161Request(byte[] nonce)
        => System.Security.Cryptography.Pkcs.Rfc3161TimestampRequest.CreateFromHash(
            UnitScene.Digest,
            HashAlgorithmName.SHA256,
            new Oid("1.2.3"),
            nonce,
            requestSignerCertificates: true,
            extensions: null);

    private static byte[] Build(
        string algorithm = Sha256,
        int length = 32,
        Action<AsnWriter>? parameters = null,
        Action<AsnWriter>? after = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(algorithm);
                    parameters?.Invoke(writer);
                }

                writer.WriteOctetString(new byte[length]);
            }

            after?.Invoke(writer);
        }

        return writer.Encode();
    }
}
