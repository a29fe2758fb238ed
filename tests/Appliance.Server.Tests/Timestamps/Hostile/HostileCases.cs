using System.Security.Cryptography;
using Appliance.Tests.Shared.Timestamps;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>Cases by seed and number: none of them is to be granted.</summary>
internal static class HostileCases
{
    private const int LargestBody = 4096;
    private const string Query = "application/timestamp-query";

    private static readonly string[] s_paths = ["/tsa", "/tsa/p256", "/tsa/rsa2048", "/tsa/"];

    private static readonly string[] s_otherPaths =
        ["/tsa/P256", "/tsa/p256/", "/tsa//", "/tsa/nobody", "/tsa%2Fp256", "/TSA", "/tsap256", "/tsa/p256%20"];

    private static readonly string?[] s_otherTypes =
        [null, "application/timestamp-reply", "application/json", "text/plain", "application/octet-stream"];

    private static readonly HttpMethod[] s_otherMethods =
        [HttpMethod.Get, HttpMethod.Put, HttpMethod.Head, HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Options];

    private static readonly byte[][] s_samples =
    [
        TimestampRequest.Create(HashAlgorithmName.SHA256, new byte[32], RequestOracle.Policy, [1, 2, 3, 4, 5, 6, 7, 8]),
        TimestampRequest.Create(HashAlgorithmName.SHA512, new byte[64], null, [9], certificates: false),
        TimestampRequest.Create(HashAlgorithmName.SHA3_384, new byte[48]),
        // SHA-1, with NULL, and with an extension: what a client of long ago asks for, and what nobody serves.
        Convert.FromHexString("30290201013021300906052B0E03021A05000414" + new string('5', 40) + "0101FF"),
        Convert.FromHexString(
            "30430201013031300D060960864801650304020105000420" + new string('7', 64)
                + "0101FFA0083006060129040101"),
    ];

    public static HostileCase Get(int seed, int number)
    {
        var mutator = new Mutator(unchecked((((ulong)seed << 40) + ((ulong)number * 2) + 1) * 0x9E37_79B9_7F4A_7C15));
        var path = s_paths[mutator.Next(s_paths.Length)];
        return mutator.Next(100) switch
        {
            < 45 => Post("octets damaged", path, Draw(mutator, Octets)),
            < 78 => Post("values damaged", path, Draw(mutator, static (m, sample) => m.DamageValues(sample))),
            < 86 => Post("random octets", path, Draw(mutator, static (m, _) => m.Octets(m.Next(300)))),
            < 89 => Post("damaged, chunked", path, Draw(mutator, Octets)) with { IsChunked = true },
            < 92 => Post("too large", path, mutator.Octets(LargestBody + 1 + mutator.Next(60_000))) with
            {
                IsChunked = mutator.Next(2) == 0,
                Status = 413,
            },
            < 95 => Post("another type", path, Draw(mutator, Octets)) with
            {
                ContentType = s_otherTypes[mutator.Next(s_otherTypes.Length)],
                Status = 415,
            },
            < 97 => Post("another method", path, []) with
            {
                Method = s_otherMethods[mutator.Next(s_otherMethods.Length)],
                Status = 405,
            },
            _ => Post("another path", s_otherPaths[mutator.Next(s_otherPaths.Length)], Draw(mutator, Octets)) with
            {
                Status = 404,
            },
        };
    }

    private static HostileCase Post(string kind, string path, byte[] body)
        => new(kind, HttpMethod.Post, path, Query, body, IsChunked: false, body.Length > LargestBody ? 413 : 200);

    private static byte[] Octets(Mutator mutator, byte[] sample) => mutator.Damage(sample);

    /// <summary>Until there is one that is not to be granted.</summary>
    private static byte[] Draw(Mutator mutator, Func<Mutator, byte[], byte[]> damage)
    {
        while (true)
        {
            var drawn = damage(mutator, s_samples[mutator.Next(s_samples.Length)]);
            if (!RequestOracle.IsGood(drawn))
            {
                return drawn;
            }
        }
    }
}
