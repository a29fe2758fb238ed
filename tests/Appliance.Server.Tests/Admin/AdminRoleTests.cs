using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Tests.Commands;
using Appliance.Storage;

namespace Appliance.Server.Tests.Admin;

/// <summary>Who may run what through the socket. The peers are made up; the kernel's are tested elsewhere.</summary>
public sealed class AdminRoleTests : IAsyncLifetime
{
    private const string NoSuch = "00000000-0000-0000-0000-000000000007";

    private readonly CommandServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Each_command_asks_for_its_role_and_refusals_are_audited()
    {
        var op = await _server.AddAsync("op", AdminRoles.Operator);
        var officer = await _server.AddAsync("officer", AdminRoles.SecurityOfficer);
        var auditor = await _server.AddAsync("auditor", AdminRoles.Auditor);
        var stranger = await _server.AddAsync("stranger", AdminRoles.None);

        await ExpectAsync("credential list", "", op, officer, auditor);
        await ExpectAsync("admin list", "", op, officer, auditor);
        await ExpectAsync("status", "", op, officer, auditor);
        await ExpectAsync("audit show", "", auditor);
        await ExpectAsync("factor enrol --user nobody", "There is no signer", op);
        await ExpectAsync("credential create --user nobody --algorithm P-256", "There is no signer", op);
        await ExpectAsync($"credential suspend --id {NoSuch}", "There is no credential", op, officer);
        await ExpectAsync($"credential resume --id {NoSuch}", "There is no credential", officer);
        await ExpectAsync($"credential revoke --id {NoSuch}", "There is no credential", officer);
        await ExpectAsync("admin remove --user nobody", "is no admin", officer);
        await ExpectAsync("init", "root key already", officer);

        async Task ExpectAsync(string command, string answer, params OsUser[] allowed)
        {
            foreach (var user in new[] { op, officer, auditor, stranger })
            {
                var outcome = await _server.RunAsync(user, command);
                var may = allowed.Contains(user);
                if (may && answer.Length == 0)
                {
                    outcome.Succeeded();
                    continue;
                }

                var because = may ? answer : user == stranger ? "is no admin of this appliance" : "needs the role";
                outcome.Failed(because);
                if (!may)
                {
                    var name = command.Split(" --")[0];
                    var why = user == stranger ? "no admin" : "role missing";
                    Assert.Equal($"{user.Name}: {name}: {why} (Refused)", _server.Refusals().First());
                }
            }
        }
    }

    [Fact]
    public async Task Nobody_is_asked_for_a_password_before_its_role_is_known()
    {
        var auditor = await _server.AddAsync("auditor", AdminRoles.Auditor);
        _server.Peer = auditor;
        using var never = new HeldInput();

        var outcome = await _server.Installation.RunAsync(
            ["signer", "add", "--user", "ana", "--name", "Ana"], never, TestContext.Current.CancellationToken);

        outcome.Failed("needs the role operator");
        Assert.False(never.Asked.IsCompleted);
    }

    [Fact]
    public async Task A_row_that_was_edited_makes_no_admin()
    {
        var auditor = await _server.AddAsync("auditor", AdminRoles.Auditor);
        await _server.WriteAsync(connection =>
        {
            var row = connection.Admins.Find("auditor")!;
            connection.Admins.Upsert(row with { Roles = (int)AdminRoles.All });
            connection.Admins.Upsert(row with { UserName = "intruder" });
            return true;
        });

        (await _server.RunAsync(auditor, "audit show")).Failed("changed behind the appliance's back");
        (await _server.RunAsync(new OsUser(70_000, "intruder"), "audit show")).Failed("changed behind");

        Assert.Equal(
            "intruder: audit show: row not genuine (Refused), auditor: audit show: row not genuine (Refused)",
            string.Join(", ", _server.Refusals()));
        var list = (await _server.RunAsync(OsUsers.Current(), "admin list --json")).Json();
        Assert.Equal(
            "auditor, intruder",
            string.Join(", ", list.EnumerateArray()
                .Where(admin => string.Equals(admin.Text("state"), "tampered", StringComparison.Ordinal))
                .Select(admin => admin.Text("user"))));
    }

    [Fact]
    public async Task An_uid_that_the_kernel_cannot_map_is_nobody_whatever_the_row_says()
    {
        await _server.AddAsync("nobody", AdminRoles.All);

        (await _server.RunAsync(new OsUser(65_534, "nobody"), "credential list")).Failed("is no admin");
        (await _server.RunAsync(OsUsers.Current(), "admin add --user nobody --roles auditor"))
            .Failed("There is no user");
    }

    [Fact]
    public async Task After_an_upgrade_the_owner_goes_on_with_a_warning_and_makes_the_first_admin()
    {
        await _server.WriteAsync(connection =>
        {
            // What a store has that an earlier release made: none.
            var row = connection.Admins.List()[0];
            connection.Admins.Upsert(row with { State = AdminState.Removed });
            return true;
        });
        var owner = OsUsers.Current();

        (await _server.RunAsync(new OsUser(70_000, "daemon"), "credential list")).Failed("nobody is yet");
        var warned = await _server.RunAsync(owner, "credential list --json");
        Assert.Equal(0, warned.ExitCode);
        Assert.Contains("appliance admin add", warned.Error, StringComparison.Ordinal);
        (await _server.RunAsync(owner, "admin add --user daemon --roles auditor")).Failed("no security officer yet");
        (await _server.RunAsync(owner, "admin add --user daemon --roles security-officer")).Succeeded();

        // Its row was forged above; the new officer can write it anew.
        (await _server.RunAsync(owner, "credential list")).Failed("behind the appliance's back");
        (await _server.RunAsync(new OsUser(70_000, "daemon"), "credential list")).Succeeded();
    }

    [Fact]
    public async Task The_last_security_officer_stays()
    {
        var me = OsUsers.Current();

        (await _server.RunAsync(me, $"admin remove --user {me.Name}")).Failed("last security officer");
        (await _server.RunAsync(me, $"admin set-roles --user {me.Name} --roles operator")).Failed("last security");
        (await _server.RunAsync(me, "admin add --user daemon --roles security-officer,auditor")).Succeeded();
        (await _server.RunAsync(me, $"admin remove --user {me.Name}")).Succeeded();
        (await _server.RunAsync(me, "credential list")).Failed("is no admin");
    }

    [Theory]
    [InlineData("admin add --user no-such-user --roles operator", "There is no user")]
    [InlineData("admin add --user daemon --roles king", "are no roles")]
    [InlineData("admin add --user #65534 --roles auditor", "There is no user")]
    public async Task A_wrong_admin_is_refused(string command, string because)
        => (await _server.RunAsync(command)).Failed(because);

    [Fact]
    public async Task Who_opens_the_store_itself_is_held_to_the_same_rules()
    {
        await _server.AddAsync("op", AdminRoles.Operator);
        await _server.CloseAsync();
        var installation = _server.Installation;

        installation.User = new OsUser(70_000, "op");
        (await installation.RunAsync("audit show")).Failed("needs the role auditor");
        (await installation.RunAsync("credential revoke --id " + NoSuch)).Failed("needs the role security-officer");
        (await installation.RunAsync("credential list")).Succeeded();
        installation.User = new OsUser(70_001, "stranger");
        (await installation.RunAsync("credential list")).Failed("is no admin");
        installation.User = OsUsers.Current();
        var refused = (await installation.RunAsync("audit show --event admin.refused --json")).Json();
        Assert.Equal(3, refused.GetArrayLength());
    }
}
