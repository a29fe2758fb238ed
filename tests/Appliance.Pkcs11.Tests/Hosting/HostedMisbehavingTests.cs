using System.Security.Cryptography;
using System.Text;
using Appliance.Pkcs11.Tests.Sessions;
using Appliance.Pkcs11.Tests.Tokens;
using Appliance.Tests.Shared.Misbehaving;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>A library in a child process that crashes, hangs or prints, beside a slot that serves.</summary>
public sealed class HostedMisbehavingTests : IDisposable
{
    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly SoftHsm _hsm;
    private readonly MisbehavingModule _module;
    private readonly HostedHsm _bad;

    public HostedMisbehavingTests(SoftHsm hsm)
    {
        _hsm = hsm;
        _module = new MisbehavingModule(Path.Combine(hsm.Folder, Path.GetRandomFileName()), SoftHsm.Library);
        _bad = new HostedHsm(hsm, library: _module.Path);
    }

    [Fact]
    public async Task A_crash_of_the_library_costs_no_job_and_the_slot_comes_back()
    {
        using var good = new HostedHsm(_hsm);
        using var group = Group(TimeSpan.FromSeconds(30), good);
        await SignAll(group, 20);
        _module.Rules("C_Sign crash after 40");
        await SignUntilAsync(group, 1031);
        Assert.Contains("signal 11", _bad.Log.Of(1031).First(), StringComparison.Ordinal);
        Assert.Empty(good.Log.Of(1031));
        _module.Rules();
        Eventually.True(() => group.Slots.All(slot => slot.State == SlotState.Ready), "both slots are back");
        await SignAll(group, 50);
    }

    [Fact]
    public async Task A_call_that_never_returns_costs_the_process_and_no_job()
    {
        using var good = new HostedHsm(_hsm);
        using var group = Group(TimeSpan.FromSeconds(6), good);
        await SignAll(group, 20);
        _module.Rules("C_Sign hang count 1");
        await SignUntilAsync(group, 1032);
        _module.Rules();
        Eventually.True(() => group.Slots.All(slot => slot.State == SlotState.Ready), "both slots are back");
        Assert.Empty(good.Log.Of(1032));
        await SignAll(group, 50);
    }

    [Fact]
    public async Task A_signature_that_was_made_and_not_delivered_is_made_again_elsewhere()
    {
        using var good = new HostedHsm(_hsm);
        using var group = Group(TimeSpan.FromSeconds(30), good);
        await SignAll(group, 20);
        _module.Rules("C_Sign crash late after 5");
        await SignUntilAsync(group, 1031);
    }

    [Fact]
    public void What_the_library_prints_is_in_the_log()
    {
        _module.Rules("this is no rule");
        _bad.OpenLoggedIn("Payroll");
        Eventually.True(
            () => _bad.Log.Of(1033).Any(line => line.Contains("misbehave:", StringComparison.Ordinal)), "it is logged");
    }

    [Fact]
    public void A_PIN_that_is_refused_is_tried_once_whatever_dies()
    {
        var token = _bad.Open("Payroll");
        var refused = _hsm.NewRefusedPins();
        _module.Rules("C_Login CKR_PIN_INCORRECT");
        Assert.Throws<TokenLoginException>(() => token.Login(Pin(), refused));
        _module.Rules();
        for (var round = 0; round < 2; round++)
        {
            var before = _bad.Process;
            _bad.Signal("KILL");
            Eventually.True(() => _bad.Host.Child is { } child && child.Process != before, "another process serves");
            Assert.Throws<TokenLoginException>(() => token.Login(Pin(), refused));
            Assert.ThrowsAny<Exception>(() => token.FindKeys());
        }

        Assert.Single(_module.Log.Since(0), call => string.Equals(call.Function, "C_Login", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _module.Rules();
        _bad.Dispose();
        _module.Dispose();
    }

    private static PinSource Pin() => PinSource.FromBytes(Encoding.UTF8.GetBytes(SoftHsm.Pin));

    private SlotGroup Group(TimeSpan callLimit, HostedHsm good)
        => new(
            [_bad.OpenLoggedIn("Payroll"), good.OpenLoggedIn("Payroll")],
            new SlotGroupOptions { Sessions = 2, CallLimit = callLimit });

    /// <summary>Until the bad slot has told of an event: how much of the work it gets is the group's choice.</summary>
    private async Task SignUntilAsync(SlotGroup group, int eventId)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!_bad.Log.Of(eventId).Any())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Jobs.Patience, $"No event {eventId} was told.");
            await SignAll(group, 50);
        }
    }

    /// <summary>Eight at a time; each must end in a signature.</summary>
    private async Task SignAll(SlotGroup group, int count)
    {
        var key = _hsm.Key(KeyAlgorithm.EcP256);
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = 8,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        await Parallel.ForEachAsync(Enumerable.Range(0, count), options, async (number, _) =>
        {
            var job = Jobs.New(key, s_ecdsa, SHA256.HashData(BitConverter.GetBytes(number)));
            await Jobs.SignAsync(group, job);
            Assert.Equal(SignOutcome.Signed, job.Outcome);
            Assert.True(Verification.IsGood(key, s_ecdsa, job.Hashes[0], job.Signatures[0]!));
        });
    }
}
