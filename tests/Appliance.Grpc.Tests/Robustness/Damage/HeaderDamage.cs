using Appliance.Grpc.Tests.Robustness.Cases;
using Appliance.Grpc.Tests.Robustness.Wire;

namespace Appliance.Grpc.Tests.Robustness.Damage;

/// <summary>Damage to the headers that gRPC gives a meaning to, and to HTTP's.</summary>
internal static class HeaderDamage
{
    private static readonly Due s_ok = Due.Status(GrpcStatusCode.Ok);
    private static readonly Due s_internal = Due.Status(GrpcStatusCode.Internal);
    private static readonly Due s_unimplemented = Due.Status(GrpcStatusCode.Unimplemented);

    public static IEnumerable<Family> Families { get; } =
    [
        new("content-type wrong", 4, false, ContentType),
        new("method wrong", 2, false, Method),
        new("path wrong", 4, false, Path),
        new("path very long", 1, true, LongPath),
        new("timeout malformed", 4, false, BadTimeout),
        new("timeout at once", 3, false, ShortTimeout),
        new("te wrong", 2, true, Te),
        new("header twice", 3, false, Twice),
        new("binary metadata damaged", 4, false, BinaryMetadata),
        new("metadata of all bytes", 2, true, AnyMetadata),
        new("headers malformed", 4, true, Malformed),
        new("headers too many or too large", 1, true, TooLarge),
    ];

    private static void ContentType(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var wrong = builder.OneOf(
            null, "", "text/plain", "application/json", "application/grpcx", "application/grp", "grpc",
            "application/grpc-web", " application/grpc ,", new string('a', 4_000));
        sample.Fields.RemoveAll(field => field.Name == "content-type");
        if (wrong is not null)
        {
            sample.Fields.Add(("content-type", wrong));
        }

        builder.Request(sample, Due.NotGrpc(415));
    }

    private static void Method(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        sample.Set(":method", builder.OneOf("GET", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE", "FROB", "post"));
        builder.Request(sample, Due.NotGrpc(405));
    }

    private static void Path(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        sample.Set(":path", builder.OneOf(
            "/", "/appliance.targets.Targets", "/appliance.targets.Targets/", "/appliance.targets.Targets/unary",
            "/appliance.targets.Targets/Unary/", "//appliance.targets.Targets/Unary", "/x/y", "/%00", "/%zz", "/a%2Fb",
            "/appliance.targets.Targets/../Unary", "/" + new string('p', 3_000)));
        builder.Request(sample, s_unimplemented.OrReset());
    }

    private static void LongPath(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Single(builder.Random);
        sample.Set(":path", "/" + new string('p', builder.Random.Next(3_000, 15_000)));
        builder.Case.MayClose = true;
        builder.Request(sample, s_unimplemented.OrReset());
    }

    private static void BadTimeout(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        sample.Set("grpc-timeout", builder.OneOf(
            "", "S", "1", "-1S", "+1S", "1s", "1 S", "1.5S", "123456789S", "1SS", "0x1S", "99999999999999999H",
            "1h", "S1", "null"));
        builder.Request(sample, s_internal);
    }

    private static void ShortTimeout(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var (value, due) = builder.OneOf(
            ("0S", Due.Status(GrpcStatusCode.DeadlineExceeded)),
            ("00000000n", Due.Status(GrpcStatusCode.DeadlineExceeded)),
            ("1n", Due.Status(GrpcStatusCode.DeadlineExceeded, GrpcStatusCode.Ok)),
            ("50u", Due.Status(GrpcStatusCode.DeadlineExceeded, GrpcStatusCode.Ok)),
            ("1m", Due.Status(GrpcStatusCode.DeadlineExceeded, GrpcStatusCode.Ok)),
            ("99999999H", s_ok),
            ("99999999n", Due.Status(GrpcStatusCode.DeadlineExceeded, GrpcStatusCode.Ok)));
        sample.Set("grpc-timeout", value);
        builder.Request(sample, due);
    }

    /// <summary>gRPC does not insist on te; HTTP/2 allows no other value than trailers.</summary>
    private static void Te(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        if (builder.Random.Next(2) == 0)
        {
            sample.Fields.RemoveAll(field => field.Name == "te");
            builder.Request(sample, s_ok);
            return;
        }

        sample.Set("te", builder.OneOf("gzip", "", "trailers, deflate", "x"));
        builder.Case.MayClose = true;
        builder.Request(sample, s_ok.OrReset());
    }

    private static void Twice(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var (name, value, due) = builder.OneOf(
            ("content-type", "application/grpc", Due.NotGrpc(415)),
            ("grpc-timeout", "1H", s_internal),
            ("grpc-encoding", "gzip", s_unimplemented),
            ("user-agent", "x", s_ok),
            ("grpc-accept-encoding", "x", s_ok),
            ("authorization", "Bearer x", s_ok),
            ("x-fuzz-bin", "AAAA", s_ok));
        sample.Fields.RemoveAll(field => field.Name == name);
        sample.Fields.Add((name, value));
        sample.Fields.Insert(builder.Random.Next(5, sample.Fields.Count + 1), (name, value));
        builder.Request(sample, due);
    }

    /// <summary>Handlers read it, and it comes back in the trailers.</summary>
    private static void BinaryMetadata(CaseBuilder builder)
    {
        var sample = Sample.Valid(builder.Random);
        var bytes = Convert.ToBase64String(Proto.Noise(builder.Random, builder.Random.Next(200)));
        var (value, due) = builder.OneOf(
            (bytes, s_ok),
            (bytes.TrimEnd('='), s_ok),
            ("AA,BBBB,CC==", s_ok),
            ("!", Due.Status(GrpcStatusCode.InvalidArgument)),
            (bytes + "*", Due.Status(GrpcStatusCode.InvalidArgument)),
            ("A", Due.Status(GrpcStatusCode.InvalidArgument)),
            ("AA==BB", Due.Status(GrpcStatusCode.InvalidArgument)),
            (",,,", s_ok));
        sample.Set("x-fuzz-bin", value);
        builder.Request(sample, due);
    }

    /// <summary>Values that HTTP forbids or that are no UTF-8, which Kestrel insists on; and some others.</summary>
    private static void AnyMetadata(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var noise = Proto.Noise(builder.Random, builder.Random.Next(50));
        sample.Set(builder.OneOf("x-any", "x-any-bin", "user-agent", "cookie"), Latin1(noise));
        builder.Case.MayClose = true;
        builder.Request(sample, s_ok.OrReset());
    }

    private static void Malformed(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        var fields = sample.Fields;
        switch (builder.Random.Next(12))
        {
            case 0:
                fields.RemoveAt(builder.Random.Next(4)); // A pseudo-header is missing.
                break;
            case 1:
                fields.Insert(0, fields[builder.Random.Next(4)]); // One comes twice.
                break;
            case 2:
                fields.Add(fields[0]); // One comes after the others.
                break;
            case 3:
                fields.Insert(0, (builder.OneOf(":status", ":protocol", ":x", ":"), "200"));
                break;
            case 4:
                fields.Add((builder.OneOf("X-Upper", "x y", "", "x:y", "x\0", "\u00e9"), "x"));
                break;
            case 5:
                fields.Add((builder.OneOf("connection", "upgrade", "keep-alive", "proxy-connection"), "x"));
                break;
            case 6:
                fields.Add(("transfer-encoding", "chunked"));
                break;
            case 7:
                fields.Add(("content-length", builder.OneOf("0", "1", "99999", "-1", "x", "99999999999999999999")));
                break;
            case 8:
                sample.Set(":path", builder.OneOf("", "*", "x", "http://localhost/", "/\0", "/ x"));
                break;
            case 9:
                sample.Set(":authority", builder.OneOf("", "a b", "@", "[", "localhost:99999999", "\0"));
                break;
            case 10:
                sample.Set(":scheme", builder.OneOf("", "https", "ftp", "\0"));
                break;
            default:
                sample.Set(":method", builder.OneOf("", "CONNECT", "P OST", "\0", "HEAD"));
                break;
        }

        // Some of it Kestrel lets pass; then it is gRPC's to answer, with any status or HTTP error.
        builder.Case.MayClose = true;
        builder.Request(sample, Due.Lenient);
    }

    private static void TooLarge(CaseBuilder builder)
    {
        builder.Hello();
        var sample = Sample.Valid(builder.Random);
        if (builder.Random.Next(2) == 0)
        {
            for (var i = builder.Random.Next(80, 300); i > 0; i--)
            {
                sample.Fields.Add(($"x-{i}", "x"));
            }
        }
        else
        {
            sample.Fields.Add(("x-large", new string('x', builder.Random.Next(8_000, 40_000))));
        }

        var stream = builder.NewStream();
        builder.Case.Due[stream] = Due.Lenient;
        builder.Case.MayClose = true;
        HeaderBlocks.Add(builder, stream, Fields.Encode(sample.Fields), 16_000);
        builder.Body(stream, sample.Body, end: true);
    }

    private static string Latin1(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
