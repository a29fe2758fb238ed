using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Pkcs11;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.Hosting.Slots;

/// <summary>A group of two slots: either may be missing when a node starts, and comes in when it is there.</summary>
public sealed class SeveralSlotsTests : IAsyncDisposable
{
    private readonly SeveralSlots _group = new();

    [Fact]
    public async Task A_node_starts_without_a_slot_says_so_and_takes_it_in_when_it_comes()
    {
        await _group.PrepareAsync();
        (await _group.RunAsync("token add-root-key second")).Succeeded();
        SeveralSlots.TakeAway(_group.FirstPin);

        await _group.StartAsync();

        var absent = _group.Parts.Serving.Report();
        Assert.Equal("token,second", string.Join(',', absent.Select(slot => slot.Slot.Name)));
        Assert.Null(absent[0].Status);
        Assert.Contains(_group.FirstPin, absent[0].Slot.Obstacle, StringComparison.Ordinal);
        Assert.True(absent[1].Status!.Healthy);
        Assert.Equal(_group.SecondToken, _group.Composition.Token.Info.Label);
        Assert.Equal(1, _group.Log.Count("The slot token did not open; the others serve without it"));

        SeveralSlots.Restore(_group.FirstPin);
        await ComesTrueAsync(() => _group.Parts.Serving.Report()[0].Status is not null);

        Assert.Equal(_group.Installation.Token, _group.Composition.Token.Info.Label);
        Assert.Null(_group.Parts.Serving.Report()[0].Slot.Obstacle);
        Assert.Equal(SignOutcome.Signed, (await SignAsync()).Outcome);
    }

    [Fact]
    public async Task A_refused_pin_of_one_slot_stops_no_other_and_is_not_tried_again()
    {
        await _group.PrepareAsync();
        await File.WriteAllTextAsync(_group.SecondPin, "wrong-pin", TestContext.Current.CancellationToken);

        await _group.StartAsync();

        var second = _group.Parts.Serving.Report()[1];
        Assert.Null(second.Status);
        Assert.Contains("CKR_PIN_INCORRECT", second.Slot.Obstacle, StringComparison.Ordinal);
        Assert.Equal(SignOutcome.Signed, (await SignAsync()).Outcome);
        await ComesTrueAsync(() => !second.Slot.Obstacle!.Contains("CKR_", StringComparison.Ordinal));
        Assert.Equal(1, _group.Log.Count("CKR_PIN_INCORRECT"));
    }

    [Fact]
    public async Task Without_any_slot_all_that_is_in_the_way_is_told()
    {
        await _group.PrepareAsync();
        SeveralSlots.TakeAway(_group.FirstPin);
        SeveralSlots.TakeAway(_group.SecondPin);

        var doctor = await _group.RunAsync("doctor --json");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Equal("failed", Check(doctor, "PIN").Result);
        Assert.Equal("failed", Check(doctor, "slot second").Result);

        var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(_group.StartAsync);

        Assert.Contains(_group.FirstPin, error.Message, StringComparison.Ordinal);
        Assert.Contains(_group.SecondPin, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_key_that_no_slot_that_is_up_can_unwrap_is_said_with_what_helps()
    {
        await _group.PrepareAsync();
        SeveralSlots.TakeAway(_group.FirstPin);

        var outcome = await _group.RunAsync("signer contact ioana");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("is not wrapped for", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("The slot \"token\" cannot be used", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_looks_at_every_slot_and_softens_what_one_is_missing()
    {
        await _group.PrepareAsync();

        var before = await _group.RunAsync("doctor --json");
        Assert.Equal(0, before.ExitCode);
        Assert.Equal("ok", Check(before, "slot second").Result);
        var root = Check(before, "root key", "warning");
        Assert.Contains("appliance token add-root-key second", root.Detail, StringComparison.Ordinal);
        Assert.Contains(
            "1 of 1 credentials have no key on the slot second",
            Check(before, "keys", "warning").Detail,
            StringComparison.Ordinal);

        (await _group.RunAsync("token add-root-key second")).Succeeded();
        (await _group.RunAsync("token add-root-key second")).Failed("already");
        SeveralSlots.TakeAway(_group.FirstPin);
        var after = await _group.RunAsync("doctor --json");
        Assert.Equal("warning", Check(after, "PIN").Result);
        Assert.Contains("The other slots serve without it.", Check(after, "PIN").Detail, StringComparison.Ordinal);
        Assert.Equal("failed", Check(after, "keys").Result);
        Assert.Equal("ok", Check(after, "root key").Result);
    }

    [Fact]
    public async Task One_token_is_not_two_slots()
    {
        await _group.PrepareAsync();

        var outcome = await _group.RunAsync($"doctor --json --set Slots:third:Module={SoftHsmTokens.Library} "
            + $"--set Slots:third:Token={_group.Installation.Token} --set Slots:third:PinFile={_group.FirstPin}");

        Assert.Contains("is the slot \\u0022token\\u0022 already", outcome.Output, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _group.DisposeAsync();

    private static (string Result, string Detail) Check(CommandOutcome outcome, string name, string? result = null)
    {
        var check = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("checks").EnumerateArray()
            .Last(check => check.Text("check") == name && (result is null || check.Text("result") == result));
        return (check.Text("result"), check.Text("detail"));
    }

    private static async Task ComesTrueAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<SignJob> SignAsync()
    {
        var row = _group.Composition.ListCredentials(null).Single();
        var chain = _group.Composition.Store.Read(row, static (connection, row) => connection.Credentials.Find(row.Id));
        var key = new KeyReference(row.KeyId, row.KeyLabel, chain!.PublicKey);
        var done = new TaskCompletionSource<SignJob>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(_group.Parts.Slots.TryEnqueue(new SignJob
        {
            Key = key,
            Scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256),
            Hashes = [RandomNumberGenerator.GetBytes(32)],
            Completed = job => done.TrySetResult(job),
        }));
        return await done.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
