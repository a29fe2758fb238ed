using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Appliance.Pkcs11;
using Appliance.Timestamping.Tests.Keys;

namespace Appliance.Timestamping.Tests;

/// <summary>Keys in SoftHSM2, the machine's own clock, and strangers that verify.</summary>
[Collection(SharedTokens.Name)]
public sealed class TokenInteropTests(SoftHsm hsm)
{
    [Theory]
    [InlineData(KeyAlgorithm.Rsa2048)]
    [InlineData(KeyAlgorithm.Rsa3072)]
    [InlineData(KeyAlgorithm.Rsa4096)]
    [InlineData(KeyAlgorithm.EcP256)]
    [InlineData(KeyAlgorithm.EcP384)]
    public async Task Openssl_and_dotnet_verify_what_a_slot_group_signed(KeyAlgorithm algorithm)
    {
        var id = System.Text.Encoding.ASCII.GetBytes(algorithm.ToString());
        var info = hsm.Token.GenerateKeyPair(algorithm, id, algorithm.ToString());
        var certificate = Authority.Issue(info, algorithm.ToString());
        await using var watch = Watch(TimeSpan.FromDays(1));
        using var unit = new TimestampUnit(
            Patient(),
            new KeyReference(id, algorithm.ToString(), info),
            [certificate, Authority.Root],
            watch);
        watch.Start();
        using var slots = new SlotGroup([hsm.Token], new SlotGroupOptions { Sessions = 1 });
        using var directory = new TemporaryDirectory();
        var root = directory.Write("root.pem", Authority.Root.ExportCertificatePem());
        var own = directory.Write("tsa.pem", certificate.ExportCertificatePem());
        var data = directory.Write("data", "what is stamped");

        foreach (var hash in (string[])["-sha256", "-sha384", "-sha512", "-sha3-256", "-sha3-512"])
        {
            var query = directory.File("q");
            OpenSsl.Run("ts", "-query", "-data", data, hash, "-cert", "-out", query);
            var reply = directory.Write("r", await StampAsync(slots, unit, query));

            Verifies("-queryfile", query, "-in", reply, "-CAfile", root);
            Verifies("-data", data, "-in", reply, "-CAfile", root);
        }

        await CheckWithoutCertificatesAsync(slots, unit, directory, root, own);
        var request = Rfc3161TimestampRequest.CreateFromHash(
            UnitScene.Digest, HashAlgorithmName.SHA256, nonce: new byte[] { 7, 7 }, requestSignerCertificates: true);
        var response = await StampAsync(slots, unit, directory.Write("q3", request.Encode()));
        CheckPlatform(request, response, certificate);
        CheckCms(directory, response, root);
    }

    [Fact]
    public async Task A_hundred_stamps_at_once_have_serial_numbers_of_their_own_and_verify()
    {
        var (key, certificate) = Generate("many");
        await using var watch = Watch(TimeSpan.FromDays(1));
        using var unit = new TimestampUnit(Patient(), key, [certificate], watch);
        watch.Start();
        using var slots = new SlotGroup(
            [hsm.Token], new SlotGroupOptions { Sessions = 4, Dispatch = SlotDispatch.Workers });
        using var directory = new TemporaryDirectory();
        var query = directory.Write("q", TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest));

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StampAsync(slots, unit, query)));

        var verifier = new TimestampVerifier([Authority.Root]);
        var serials = responses.Select(response => TimestampResponse.TokenOf(response))
            .Select(token => verifier.Verify(token, UnitScene.Digest))
            .Select(result => (result.Verdict, Serial: Convert.ToHexString(result.Token!.Value.SerialNumber.Span)))
            .ToList();
        Assert.All(serials, result => Assert.Equal(TimestampVerdict.Valid, result.Verdict));
        Assert.Equal(100, serials.Select(result => result.Serial).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_clock_that_is_not_trusted_costs_no_signature()
    {
        var (key, certificate) = Generate("untrusted");
        await using var watch = Watch(TimeSpan.FromDays(-1));
        using var unit = new TimestampUnit(Patient(), key, [certificate], watch);
        watch.Start();
        using var slots = new SlotGroup(
            [hsm.Token], new SlotGroupOptions { Sessions = 1, Dispatch = SlotDispatch.Inline });
        var stamp = unit.NewStamp();
        Assert.Equal(
            TimestampFailure.None,
            stamp.Prepare(TimestampRequest.Create(HashAlgorithmName.SHA256, UnitScene.Digest)));

        slots.Sign(stamp.Job);

        Assert.Equal(TimestampFailure.TimeNotAvailable, stamp.Complete(out var response));
        Assert.Null(response);
        Assert.Equal((SignOutcome.NeverDispatched, 0), (stamp.Job.Outcome, stamp.Job.SignedCount));
    }

    private static ClockWatch Watch(TimeSpan asserted)
        => new(new ClockWatchOptions
        {
            AssertedUntil = TimeProvider.System.GetUtcNow() + asserted,
            CheckInterval = TimeSpan.FromSeconds(10),
        });

    /// <summary>Accurate enough for a machine that has other things to do.</summary>
    private static TimestampUnitOptions Patient() => new()
    {
        Name = "unit",
        DefaultPolicy = UnitScene.Policy,
        AcceptedPolicies = [UnitScene.OtherPolicy],
        Accuracy = new TimestampAccuracy(60, 500),
    };

    private (KeyReference Key, X509Certificate2 Certificate) Generate(string label)
    {
        var id = System.Text.Encoding.ASCII.GetBytes(label);
        var info = hsm.Token.GenerateKeyPair(KeyAlgorithm.EcP256, id, label);
        return (new KeyReference(id, label, info), Authority.Issue(info, label));
    }

    private static async Task CheckWithoutCertificatesAsync(
        SlotGroup slots, TimestampUnit unit, TemporaryDirectory directory, string root, string own)
    {
        var query = directory.File("q2");
        OpenSsl.Run(
            "ts",
            "-query",
            "-data",
            directory.File("data"),
            "-sha256",
            "-tspolicy",
            UnitScene.OtherPolicy,
            "-out",
            query);
        var reply = directory.Write("r2", await StampAsync(slots, unit, query));

        Verifies("-queryfile", query, "-in", reply, "-CAfile", root, "-untrusted", own);
        var text = OpenSsl.Run("ts", "-reply", "-in", reply, "-text");
        Assert.Contains($"Policy OID: {UnitScene.OtherPolicy}", text, StringComparison.Ordinal);
        Assert.Contains("Accuracy: 0x3C seconds, 0x01F4 millis", text, StringComparison.Ordinal);
        Assert.Contains("Ordering: no", text, StringComparison.Ordinal);
    }

    private static void CheckPlatform(
        Rfc3161TimestampRequest request, byte[] response, X509Certificate2 certificate)
    {
        var token = request.ProcessResponse(response, out var read);
        Assert.Equal(response.Length, read);
        Assert.True(token.VerifySignatureForHash(UnitScene.Digest, HashAlgorithmName.SHA256, out var signer));
        Assert.Equal(certificate.RawData, signer!.RawData);
        Assert.Equal(UnitScene.Policy, token.TokenInfo.PolicyId.Value);
        Assert.False(token.TokenInfo.IsOrdering);
        Assert.InRange(
            TimeProvider.System.GetUtcNow() - token.TokenInfo.Timestamp, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var verdict = new TimestampVerifier([Authority.Root]).Verify(
            TimestampResponse.TokenOf(response), UnitScene.Digest, [7, 7]);
        Assert.Equal(TimestampVerdict.Valid, verdict.Verdict);
    }

    private static void CheckCms(TemporaryDirectory directory, byte[] response, string root)
    {
        var cms = directory.Write("token.der", TimestampResponse.TokenOf(response).Span);
        var content = directory.File("content");
        OpenSsl.Run(
            "cms", "-verify", "-inform", "DER", "-in", cms, "-binary", "-CAfile", root, "-purpose", "timestampsign",
            "-out", content);
        Assert.Equal(
            TimestampToken.Decode(TimestampResponse.TokenOf(response)).Time,
            Timestamping.Asn1.TstInfo.Decode(File.ReadAllBytes(content)).GenTime);
    }

    private static void Verifies(params string[] arguments)
        => Assert.Contains("Verification: OK", OpenSsl.Run(["ts", "-verify", .. arguments]), StringComparison.Ordinal);

    private static async Task<byte[]> StampAsync(SlotGroup slots, TimestampUnit unit, string query)
    {
        var request = await File.ReadAllBytesAsync(query, TestContext.Current.CancellationToken);
        var stamp = unit.NewStamp();
        Assert.Equal(TimestampFailure.None, stamp.Prepare(request));
        var done = new TaskCompletionSource<byte[]?>(TaskCreationOptions.RunContinuationsAsynchronously);
        stamp.Job.Completed = _ =>
        {
            var failure = stamp.Complete(out var response);
            done.SetResult(failure == TimestampFailure.None ? response : null);
        };
        if (slots.Dispatch == SlotDispatch.Workers)
        {
            Assert.True(slots.TryEnqueue(stamp.Job));
        }
        else
        {
            slots.Sign(stamp.Job);
        }

        var made = await done.Task;
        Assert.Equal(TimestampFailure.None, stamp.Failure);
        return made!;
    }
}
