using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

public sealed class SignerDirectoryTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_new_signer_has_a_person_profile_and_can_sign_in()
    {
        var added = await Add(" Ana@Example.ro ", " Ana Pop ");

        var signer = _bench.Store.Read(c => c.Signers.Find(added.SignerId))!;
        Assert.Equal(
            ("Ana@Example.ro", "Ana Pop", SignerState.Active),
            (signer.UserName, signer.DisplayName, signer.State));
        var profile = Assert.Single(_bench.Store.Read(c => c.Profiles.ListBySigner(added.SignerId)));
        Assert.Equal((added.ProfileId, ProfileKind.Person, "Ana Pop"), (profile.Id, profile.Kind, profile.Name));
        Assert.Equal(
            [(AuditEvent.SignerCreated, AuditOutcome.Ok, (Guid?)added.SignerId, (string?)null)],
            _bench.Audit());
        await _bench.LoginOk("ana@example.ro");
    }

    [Fact]
    public async Task A_signer_may_wait_for_its_password()
    {
        var added = await Add("ana@example.ro", password: null);
        Assert.Equal(LoginStatus.Failed, (await _bench.Login("ana@example.ro")).Status);

        await _bench.Signers.SetPasswordAsync(added.SignerId, IdentityBench.Password, IdentityBench.Test);

        await _bench.LoginOk("ana@example.ro");
    }

    [Theory]
    [InlineData("ana@example.ro", "ANA@example.RO")]
    [InlineData("ștefan@example.ro", "ȘTEFAN@example.ro")]
    public async Task A_user_name_is_taken_in_upper_and_lower_case_alike(string first, string second)
    {
        await Add(first, password: null);

        var refused = await Assert.ThrowsAsync<DirectoryException>(() => Add(second, password: null));

        Assert.Equal(DirectoryFault.UserNameTaken, refused.Fault);
        Assert.Single(_bench.Store.Read(c => c.Signers.List()));
        Assert.Single(_bench.Audit());
    }

    [Fact]
    public async Task One_name_asked_for_by_many_at_once_goes_to_one()
    {
        var tries = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await Add("ana@example.ro", password: null);
                return true;
            }
            catch (DirectoryException)
            {
                return false;
            }
        }));

        Assert.Single(tries, won => won);
    }

    [Theory]
    [InlineData("ab", "at least 3")]
    [InlineData("  ab  ", "at least 3")]
    [InlineData("a:bcd", "colon")]
    [InlineData("a\tbcd", "control")]
    [InlineData("a\u0085bcd", "control")]
    public async Task A_user_name_out_of_form_is_told_why(string name, string reason)
    {
        var refused = await Assert.ThrowsAsync<DirectoryException>(() => Add(name, password: null));

        Assert.Equal(DirectoryFault.UserNameInvalid, refused.Fault);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_user_name_is_254_characters()
    {
        await Add(new string('a', 254), password: null);
        var refused = await Assert.ThrowsAsync<DirectoryException>(() => Add(new string('a', 255), password: null));

        Assert.Equal(DirectoryFault.UserNameInvalid, refused.Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("Ana\nPop")]
    public async Task A_display_name_out_of_form_is_refused(string name)
    {
        var refused = await Assert.ThrowsAsync<DirectoryException>(() => Add("ana@example.ro", name, null));

        Assert.Equal(DirectoryFault.DisplayNameInvalid, refused.Fault);
    }

    [Fact]
    public async Task A_weak_password_is_refused_with_reasons_and_nothing_is_added()
    {
        var refused = await Assert.ThrowsAsync<DirectoryException>(() => Add("ana@example.ro", password: "s3cr3t"));

        Assert.Equal(DirectoryFault.PasswordRefused, refused.Fault);
        Assert.Contains("at least 8", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.Read(c => c.Signers.List()));
    }

    [Fact]
    public async Task A_new_password_ends_the_old_one_and_every_token_of_the_signer()
    {
        var signer = await _bench.AddSigner();
        await _bench.AddSigner("other@example.ro");
        var login = await _bench.LoginOk(rememberMe: true);
        var other = await _bench.LoginOk("other@example.ro");
        Assert.Equal(TokenStatus.Valid, _bench.Status(login.AccessToken));

        await _bench.Signers.SetPasswordAsync(signer, "another horse entirely", IdentityBench.Test);

        Assert.Equal(TokenStatus.Expired, _bench.Status(login.AccessToken));
        Assert.Equal(LoginStatus.RefreshTokenInvalid, (await _bench.Refresh(login.RefreshToken)).Status);
        Assert.Equal(LoginStatus.Failed, (await _bench.Login()).Status);
        Assert.Equal(LoginStatus.Ok, (await _bench.Login(password: "another horse entirely")).Status);
        Assert.Equal(TokenStatus.Valid, _bench.Status(other.AccessToken));
        Assert.Contains(
            _bench.Audit(),
            r => r == (AuditEvent.SignerChanged, AuditOutcome.Ok, signer, "password set, tokens ended"));
    }

    [Fact]
    public async Task An_unknown_signer_has_no_password_to_set()
    {
        var refused = await Assert.ThrowsAsync<DirectoryException>(
            () => _bench.Signers.SetPasswordAsync(Guid.CreateVersion7(), IdentityBench.Password, IdentityBench.Test));

        Assert.Equal(DirectoryFault.UnknownSigner, refused.Fault);
    }

    private Task<AddedSigner> Add(
        string userName, string displayName = "Ana Pop", string? password = IdentityBench.Password)
        => _bench.Signers.AddSignerAsync(userName, displayName, password, IdentityBench.Test);
}
