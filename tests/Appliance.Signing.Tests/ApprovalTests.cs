using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Tests.Keys;
using Appliance.Storage;
using Appliance.Storage.Sqlite;

namespace Appliance.Signing.Tests;

[Collection(SharedTokens.Name)]
public sealed class ApprovalTests(SoftHsm hsm) : IAsyncLifetime
{
    private readonly SigningFixture _fixture = new(hsm);
    private Caller _ioana;
    private Guid _credential;

    public async ValueTask InitializeAsync()
    {
        _ioana = await _fixture.AddSignerAsync("ioana");
        await _fixture.PrepareAsync(_ioana, pin: "2580");
        _credential = (await _fixture.AddCredentialAsync(_ioana, factors: CredentialFactors.Approval)).Id;
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_link_shows_exactly_what_is_approved_and_the_approval_gives_one_SAD()
    {
        var handle = await AskAsync("Contract 17");
        var notice = (await _fixture.TakeNoticeAsync(_ioana))!;
        Assert.Equal(NoticeKind.ApprovalLink, notice.Kind);
        Assert.Equal("Contract 17", notice.Values["labels"]);
        Assert.Contains(
            Convert.ToHexStringLower(SHA256.HashData([1])), notice.Values["digests"], StringComparison.Ordinal);
        var link = LinkOf(notice);

        var shown = _fixture.Service.FindApproval(link)!;
        Assert.Equal(
            ("Contract 17", 1, _credential, ApprovalState.Pending),
            (shown.Description, shown.Count, shown.CredentialId, shown.State));
        Assert.Equal([SHA256.HashData([1])], shown.Hashes);
        var pending = await CheckAsync(handle);
        Assert.Equal((SigningStatus.ApprovalPending, handle), (pending.Status, pending.Handle));

        Assert.Equal(SigningStatus.Ok, await ApproveAsync(link));
        var first = await CheckAsync(handle);
        _fixture.Time.Advance(TimeSpan.FromSeconds(10));
        var second = await CheckAsync(handle);
        Assert.Equal((SigningStatus.Ok, first.Sad), (second.Status, second.Sad));
        Assert.Equal(first.ExpiresIn - 10, second.ExpiresIn);
        var signed = await _fixture.SignAsync(_ioana, _credential, first.Sad, [SHA256.HashData([1])]);
        Assert.Equal(SigningStatus.Ok, signed.Status);

        Assert.Equal(SigningStatus.ApprovalOver, await ApproveAsync(link));
        Assert.Equal(SigningStatus.ApprovalOver, await DenyAsync(link));
        var granted = Assert.Single(await _fixture.AuditAsync(AuditEvent.ApprovalGranted)).Record;
        Assert.Equal((_credential, "by link"), (granted.CredentialId!.Value, granted.Detail));
        Assert.Equal(SHA256.HashData(SHA256.HashData([1])), granted.Digest.ToArray());
        Assert.Single(await _fixture.AuditAsync(AuditEvent.ApprovalRequested));
    }

    [Fact]
    public async Task A_handle_is_its_callers_alone_and_says_what_became_of_it()
    {
        var other = await _fixture.AddSignerAsync("mihai");
        var handle = await AskAsync();
        Assert.Equal(SigningStatus.HandleInvalid, (await CheckAsync(handle, other)).Status);
        var elsewhere = new Caller(_ioana.SignerId, Guid.CreateVersion7());
        Assert.Equal(SigningStatus.HandleInvalid, (await CheckAsync(handle, elsewhere)).Status);
        Assert.Equal(SigningStatus.HandleInvalid, (await CheckAsync(new string('A', 43))).Status);
        Assert.Equal(SigningStatus.HandleInvalid, (await CheckAsync("*")).Status);

        var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        Assert.Null(_fixture.Service.FindApproval(new ApprovalReference { Link = handle }));
        Assert.Equal(SigningStatus.Ok, await DenyAsync(link));
        Assert.Equal(SigningStatus.ApprovalDenied, (await CheckAsync(handle)).Status);
        Assert.Equal(SigningStatus.ApprovalOver, await ApproveAsync(link));

        handle = await AskAsync();
        link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(SigningStatus.ApprovalExpired, (await CheckAsync(handle)).Status);
        Assert.Equal(SigningStatus.ApprovalOver, await ApproveAsync(link));
        Assert.Equal(0, _fixture.Store.Read(connection => connection.Activations.Tally()).Authorised);
    }

    [Fact]
    public async Task Of_decisions_at_once_one_is_made()
    {
        for (var round = 0; round < 10; round++)
        {
            var handle = await AskAsync();
            var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
            var decisions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
                async () => i % 2 == 0 ? await ApproveAsync(link) : await DenyAsync(link), SigningFixture.Cancelled)));

            Assert.Single(decisions, SigningStatus.Ok);
            Assert.Equal(7, decisions.Count(status => status == SigningStatus.ApprovalOver));
            var approved = Array.IndexOf(decisions, SigningStatus.Ok) % 2 == 0;
            var expected = approved ? SigningStatus.Ok : SigningStatus.ApprovalDenied;
            Assert.Equal(expected, (await CheckAsync(handle)).Status);
            _fixture.Time.Advance(TimeSpan.FromMinutes(11));
        }
    }

    [Theory]
    [InlineData("UPDATE approval SET state = 1, decided_at = 5")]
    [InlineData("UPDATE approval SET total = 100")]
    [InlineData("UPDATE approval SET expires_at = expires_at + 1000000")]
    [InlineData("UPDATE approval SET content = CAST(replace(CAST(content AS TEXT), '\"\"', '\"x\"') AS BLOB)")]
    public async Task Who_writes_the_database_approves_nothing(string edit)
    {
        var handle = await AskAsync();
        var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        using (var database = Database.Open(_fixture.DatabasePath, readOnly: false))
        {
            database.Execute(edit);
        }

        Assert.Equal(SigningStatus.HandleInvalid, (await CheckAsync(handle)).Status);
        Assert.Equal(SigningStatus.ApprovalUnknown, await ApproveAsync(link));
        var told = await _fixture.AuditAsync(AuditEvent.TamperDetected);
        Assert.NotEmpty(told);
        Assert.All(told, entry => Assert.Equal("approval", entry.Record.Detail));
    }

    [Fact]
    public async Task A_signer_is_asked_so_often_and_no_more()
    {
        for (var i = 0; i < 5; i++)
        {
            await AskAsync();
        }

        Assert.Equal(SigningStatus.ApprovalLimit, (await TryAskAsync()).Status);
        var waiting = _fixture.Service.ListApprovals(_ioana, _ioana.SignerId);
        Assert.Equal(5, waiting.Count);

        // Denying makes no room, or an attacker could go on for ever; approving does.
        var first = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        Assert.Equal(SigningStatus.Ok, await DenyAsync(first));
        Assert.Equal(SigningStatus.ApprovalLimit, (await TryAskAsync()).Status);
        Assert.Equal(SigningStatus.Ok, await ApproveAsync(LinkOf((await _fixture.TakeNoticeAsync(_ioana))!)));
        Assert.Equal(SigningStatus.ApprovalPending, (await TryAskAsync()).Status);
        _fixture.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(SigningStatus.ApprovalPending, (await TryAskAsync()).Status);
    }

    [Fact]
    public async Task Who_asked_does_not_approve_but_another_application_of_the_signer_does()
    {
        var handle = await AskAsync();
        var id = Assert.Single(_fixture.Service.ListApprovals(_ioana, _ioana.SignerId)).Id;
        var other = await _fixture.AddSignerAsync("mihai");
        Assert.Empty(_fixture.Service.ListApprovals(other, _ioana.SignerId));
        Assert.Equal(
            SigningStatus.ApprovalUnknown,
            await ApproveAsync(new ApprovalReference { Caller = other, ApprovalId = id }));
        Assert.Equal(
            SigningStatus.ApproverAsked,
            await ApproveAsync(new ApprovalReference { Caller = _ioana, ApprovalId = id }));

        var application = new Caller(_ioana.SignerId, Guid.CreateVersion7());
        Assert.Equal(
            SigningStatus.Ok,
            await ApproveAsync(new ApprovalReference { Caller = application, ApprovalId = id }));
        Assert.Equal(SigningStatus.Ok, (await CheckAsync(handle)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_changed_since_is_refused_and_decides_nothing(bool limited)
    {
        var handle = await AskAsync();
        var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        await _fixture.WriteAsync(connection => limited
            ? connection.Signers.SetState(_ioana.SignerId, SignerState.Limited)
            : connection.Credentials.SetState(_credential, CredentialState.Suspended));

        Assert.Equal(SigningStatus.CredentialDisabled, await ApproveAsync(link));

        await _fixture.WriteAsync(connection => limited
            ? connection.Signers.SetState(_ioana.SignerId, SignerState.Active)
            : connection.Credentials.SetState(_credential, CredentialState.Enabled));
        Assert.Equal(SigningStatus.ApprovalPending, (await CheckAsync(handle)).Status);
        Assert.Equal(SigningStatus.Ok, await ApproveAsync(link));
    }

    [Fact]
    public async Task Beside_a_PIN_the_PIN_comes_first_and_its_lock_stops_what_waits()
    {
        var both = (await _fixture.AddCredentialAsync(
            _ioana, factors: CredentialFactors.Pin | CredentialFactors.Approval)).Id;
        Assert.Equal(SigningStatus.PinMissing, (await TryAskAsync(both)).Status);
        Assert.Equal(SigningStatus.PinWrong, (await TryAskAsync(both, "1111")).Status);
        Assert.Null(await _fixture.TakeNoticeAsync(_ioana));

        var asked = await TryAskAsync(both, "2580");
        Assert.Equal(SigningStatus.ApprovalPending, asked.Status);
        var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        for (var i = 0; i < 5; i++)
        {
            await TryAskAsync(both, "1111");
        }

        Assert.Equal(SigningStatus.FactorLocked, (await CheckAsync(asked.Handle!)).Status);
        Assert.Equal(SigningStatus.FactorLocked, await ApproveAsync(link));
    }

    [Fact]
    public async Task A_code_does_instead_of_the_approval_where_the_credential_says_so()
    {
        var either = (await _fixture.AddCredentialAsync(
            _ioana, factors: CredentialFactors.Totp | CredentialFactors.Approval)).Id;
        Assert.Equal(SigningStatus.ApprovalPending, (await TryAskAsync(either)).Status);
        var supplied = new SuppliedFactors { OneTimePassword = _fixture.Code(_ioana.SignerId) };
        Assert.Equal(SigningStatus.Ok, (await _fixture.AuthorizeAsync(_ioana, either, supplied)).Status);
        supplied = new SuppliedFactors { OneTimePassword = "x" };
        Assert.Equal(SigningStatus.FactorWrong, (await _fixture.AuthorizeAsync(_ioana, either, supplied)).Status);
    }

    [Fact]
    public async Task Who_waits_is_told_the_decision_and_what_nobody_waits_for_is_withdrawn()
    {
        var asked = await _fixture.AuthorizeAsync(_ioana, _credential, SuppliedFactors.None, waits: true);
        var link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        var waiting = _fixture.Service.WaitForApprovalAsync(_ioana, asked.Handle!, SigningFixture.Cancelled).AsTask();
        Assert.Equal(SigningStatus.Ok, await ApproveAsync(link));
        Assert.Equal(SigningStatus.Ok, (await waiting).Status);

        asked = await _fixture.AuthorizeAsync(_ioana, _credential, SuppliedFactors.None, waits: true);
        link = LinkOf((await _fixture.TakeNoticeAsync(_ioana))!);
        var late = await _fixture.Service.WaitForApprovalAsync(_ioana, asked.Handle!, SigningFixture.Cancelled);
        Assert.Equal(SigningStatus.ApprovalExpired, late.Status);
        Assert.Equal(SigningStatus.ApprovalOver, await ApproveAsync(link));
        Assert.Equal(ApprovalState.Withdrawn, _fixture.Service.FindApproval(link)!.State);

        asked = await _fixture.AuthorizeAsync(_ioana, _credential, SuppliedFactors.None, waits: true);
        using var gone = new CancellationTokenSource();
        var abandoned = _fixture.Service.WaitForApprovalAsync(_ioana, asked.Handle!, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.Equal(
            ApprovalState.Withdrawn,
            _fixture.Service.FindApproval(LinkOf((await _fixture.TakeNoticeAsync(_ioana))!))!.State);
    }

    private async Task<string> AskAsync(string description = "")
    {
        var asked = await _fixture.AuthorizeAsync(
            _ioana, _credential, SuppliedFactors.None, description: description);
        Assert.Equal((SigningStatus.ApprovalPending, ""), (asked.Status, asked.Sad));
        return asked.Handle!;
    }

    private ValueTask<AuthorizeResult> TryAskAsync(Guid? credential = null, string? pin = null)
        => _fixture.AuthorizeAsync(_ioana, credential ?? _credential, new SuppliedFactors { Pin = pin });

    private ValueTask<AuthorizeResult> CheckAsync(string handle, Caller? caller = null)
        => _fixture.Service.CheckApprovalAsync(caller ?? _ioana, handle, SigningFixture.Cancelled);

    private async Task<SigningStatus> ApproveAsync(ApprovalReference reference)
        => await _fixture.Service.ApproveAsync(reference, null, SigningFixture.Cancelled);

    private async Task<SigningStatus> DenyAsync(ApprovalReference reference)
        => await _fixture.Service.DenyAsync(reference, SigningFixture.Cancelled);

    private static ApprovalReference LinkOf(Notice notice) => new() { Link = notice.Values["link"].Split('#')[1] };
}
