using System.Security.Cryptography;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>A unit with a key in memory and set clocks.</summary>
internal sealed class UnitScene : IDisposable
{
    public const string Policy = "1.3.6.1.4.1.99999.1";
    public const string OtherPolicy = "0.4.0.2023.1.1";

    public UnitScene(MemoryKey? key = null, TimestampUnitOptions? options = null)
    {
        Key = key ?? MemoryKey.P256;
        Watch = Clocks.Watch();
        Unit = new TimestampUnit(
            options ?? Options(), Key.Reference, [Key.Certificate, Authority.Root], Watch);
        Watch.Check();
    }

    public SetClocks Clocks { get; } = new();

    public MemoryKey Key { get; }

    public ClockWatch Watch { get; }

    public TimestampUnit Unit { get; }

    public static byte[] Digest => SHA256.HashData("abc"u8);

    public static TimestampUnitOptions Options(int verifyOneIn = 1_000) => new()
    {
        Name = "unit",
        DefaultPolicy = Policy,
        AcceptedPolicies = [OtherPolicy],
        Accuracy = new TimestampAccuracy(0, 500),
        VerifyOneIn = verifyOneIn,
    };

    /// <summary>The whole way of a request that succeeds.</summary>
    public byte[] Issue(byte[] request)
    {
        var stamp = Unit.NewStamp();
        Assert.Equal(TimestampFailure.None, stamp.Prepare(request));
        Assert.True(stamp.TryBegin());
        Assert.Equal(TimestampFailure.None, stamp.Complete(Sign(stamp), out var response));
        return response!;
    }

    public byte[] Sign(Stamp stamp) => Key.Sign(stamp.Digest, Unit.Scheme.HashAlgorithm);

    public void Dispose() => Unit.Dispose();
}
