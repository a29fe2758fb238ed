using Appliance.Ledger;
using Appliance.Storage;

namespace Appliance.Identity.Tests;

public sealed class AdminDirectoryTests : IAsyncDisposable
{
    private readonly IdentityBench _bench = new();
    private readonly AdminDirectory _admins;

    public AdminDirectoryTests() => _admins = new AdminDirectory(new byte[32], _bench.Time);

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task The_first_admin_is_a_security_officer_and_makes_the_others()
    {
        Assert.True(_bench.Store.Read(_admins.LacksOfficer));
        await Refused(c => _admins.Add(c, "ana", AdminRoles.Operator, "root"), DirectoryFault.LastSecurityOfficer);
        await _bench.Write(c => _admins.Add(c, "ana", AdminRoles.SecurityOfficer, "root"));
        Assert.False(_bench.Store.Read(_admins.LacksOfficer));

        await Refused(c => _admins.Add(c, "ion", AdminRoles.All, "root"), DirectoryFault.NotSecurityOfficer);
        await _bench.Write(c => _admins.Add(c, "ion", AdminRoles.Operator, "ana"));
        await Refused(c => _admins.Add(c, "dan", AdminRoles.All, "ion"), DirectoryFault.NotSecurityOfficer);
        await Refused(c => _admins.Add(c, "ion", AdminRoles.All, "ana"), DirectoryFault.AdminExists);

        Assert.Equal(
            "admin.added by root: ana: security-officer, admin.added by ana: ion: operator",
            string.Join(", ", Trail()));
    }

    [Fact]
    public async Task Somebody_who_may_change_the_admins_is_always_left()
    {
        await _bench.Write(c => _admins.Add(c, "ana", AdminRoles.All, "root"));
        await Refused(c => _admins.Remove(c, "ana", "ana"), DirectoryFault.LastSecurityOfficer);
        await Refused(c => _admins.SetRoles(c, "ana", AdminRoles.Auditor, "ana"), DirectoryFault.LastSecurityOfficer);
        await _bench.Write(c => _admins.SetRoles(c, "ana", AdminRoles.SecurityOfficer, "ana"));

        // An officer whose row was forged does not count.
        await _bench.Write(c =>
        {
            c.Admins.Upsert(new AdminRow("ion", (int)AdminRoles.All, AdminState.Active, 1, 1, new byte[32]));
            return true;
        });
        await Refused(c => _admins.Remove(c, "ana", "ana"), DirectoryFault.LastSecurityOfficer);
        await Refused(c => _admins.Remove(c, "ana", "ion"), DirectoryFault.NotSecurityOfficer);

        // Written anew it is genuine, and then it does.
        await _bench.Write(c => _admins.Add(c, "ion", AdminRoles.SecurityOfficer, "ana"));
        await _bench.Write(c => _admins.Remove(c, "ana", "ana"));
        await Refused(c => _admins.Remove(c, "ion", "ana"), DirectoryFault.NotSecurityOfficer);
        await Refused(c => _admins.Remove(c, "ana", "ion"), DirectoryFault.UnknownAdmin);
        await _bench.Write(c => _admins.Add(c, "ana", AdminRoles.Auditor, "ion"));
        Assert.Equal(AdminDecision.Ok, Decide("ana", AdminRoles.Auditor));
    }

    [Fact]
    public async Task Roles_decide_and_any_edit_of_a_row_is_seen()
    {
        await _bench.Write(c => _admins.Add(c, "ana", AdminRoles.SecurityOfficer, "root"));
        await _bench.Write(c => _admins.Add(c, "ion", AdminRoles.Operator, "ana"));

        Assert.Equal(AdminDecision.Ok, Decide("ion", AdminRoles.None));
        Assert.Equal(AdminDecision.Ok, Decide("ion", AdminRoles.Operator | AdminRoles.Auditor));
        Assert.Equal(AdminDecision.RoleMissing, Decide("ion", AdminRoles.Auditor));
        Assert.Equal(AdminDecision.NoAdmin, Decide("dan", AdminRoles.None));
        Assert.Equal(AdminDecision.NoAdmin, Decide("ION", AdminRoles.None));
        var row = _bench.Store.Read(c => c.Admins.Find("ion"))!;
        foreach (var edited in new[]
        {
            row with { UserName = "dan" }, row with { Roles = 7 }, row with { CreatedAt = row.CreatedAt + 1 },
            row with { ChangedAt = 0 }, row with { Mac = [] }, row with { Mac = new byte[32] },
            row with { State = AdminState.Removed },
        })
        {
            Assert.Equal(AdminDecision.Tampered, _admins.Decide(edited, AdminRoles.None));
        }

        var otherKey = new byte[32];
        otherKey[0] = 1;
        Assert.Equal(
            AdminDecision.Tampered, new AdminDirectory(otherKey, _bench.Time).Decide(row, AdminRoles.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_no_user_can_have_is_refused(string name)
        => await Refused(c => _admins.Add(c, name, AdminRoles.All, "root"), DirectoryFault.UserNameInvalid);

    [Theory]
    [InlineData("operator", AdminRoles.Operator)]
    [InlineData("auditor, security-officer", AdminRoles.Auditor | AdminRoles.SecurityOfficer)]
    [InlineData("auditor,auditor", AdminRoles.Auditor)]
    [InlineData("", null)]
    [InlineData("operator,", null)]
    [InlineData("Operator", null)]
    [InlineData("all", null)]
    public void Roles_are_read_as_they_are_written(string text, AdminRoles? roles)
        => Assert.Equal(roles, AdminRoleNames.Parse(text));

    private async Task Refused(Func<StoreConnection, AdminRow> change, DirectoryFault fault)
    {
        var refusal = await Assert.ThrowsAsync<DirectoryException>(() => _bench.Write(change));
        Assert.Equal(fault, refusal.Fault);
    }

    private AdminDecision Decide(string name, AdminRoles anyOf)
        => _admins.Decide(_bench.Store.Read(c => c.Admins.Find(name)), anyOf);

    private IEnumerable<string> Trail()
        => _bench.Store.Read(c => AuditTrail.Read(c, new AuditQuery { OldestFirst = true }))
            .Select(entry => $"{entry.EventName} by {entry.Record.Actor}: {entry.Record.Detail}");
}
