using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Tests.Admin;
using Appliance.Server.Tests.Commands;

namespace Appliance.Server.Tests.SlotControl;

/// <summary>`slots`, `slots drain` and `slots resume` by the server that runs.</summary>
public sealed class SlotCommandTests : IAsyncLifetime
{
    private readonly CommandServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_document_has_every_field_and_the_table_says_it_for_people()
    {
        var answer = (await _server.RunAsync("slots --json")).Json();

        Assert.Equal("serving", answer.Text("node"));
        var slot = Assert.Single(answer.GetProperty("slots").EnumerateArray());
        Assert.Equal(
            "slot group token label serialNumber state healthy drained hosting profile sessions sessionLimit "
                + "concurrency waiting inFlight latencyMicroseconds signatures wrongSignatures hanging generation "
                + "errors lastError obstacle",
            string.Join(' ', slot.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(
            ("token", "default", "ready", "inProcess", _server.Installation.Token),
            (slot.Text("slot"), slot.Text("group"), slot.Text("state"), slot.Text("hosting"), slot.Text("label")));
        Assert.Empty(slot.GetProperty("errors").EnumerateObject());

        var table = (await _server.RunAsync("slots")).Succeeded().Output;
        Assert.Contains("The node serves.", table, StringComparison.Ordinal);
        Assert.Contains($"token: token \"{_server.Installation.Token}\"", table, StringComparison.Ordinal);
        Assert.DoesNotContain(SoftHsmTokens.Pin, table + answer, StringComparison.Ordinal);
        Assert.False(_server.Log.Contains(SoftHsmTokens.Pin));
    }

    [Fact]
    public async Task A_drained_slot_and_its_return_are_told_and_recorded_with_who_did_it()
    {
        var by = await _server.AddAsync("op", AdminRoles.Operator);

        var said = (await _server.RunAsync(by, "slots drain token")).Succeeded().Output;

        Assert.Contains("token is DRAINED.", said, StringComparison.Ordinal);
        Assert.Contains("a server that starts knows nothing of it", said, StringComparison.Ordinal);
        Assert.Contains("DRAINED", (await _server.RunAsync("slots")).Output, StringComparison.Ordinal);
        var back = (await _server.RunAsync("slots resume token --json")).Json();
        Assert.Equal("ready", Assert.Single(back.GetProperty("slots").EnumerateArray()).Text("state"));
        var drained = Assert.Single(_server.Audit(AuditEvent.SlotDrained)).Record;
        Assert.Equal(("op", "slot token", 1), (drained.Actor, drained.Detail, drained.Count));
        Assert.Null(drained.ClientId);
        Assert.Equal("op", Assert.Single(_server.Audit(AuditEvent.SlotResumed)).Record.Actor);
    }

    [Fact]
    public async Task The_node_is_drained_and_brought_back_as_a_whole()
    {
        var drained = (await _server.RunAsync("slots drain --all --wait 0 --json")).Json();
        Assert.Equal("drained", drained.Text("node"));

        (await _server.RunAsync("slots resume token")).Failed("appliance slots resume --all");
        Assert.Contains("The node is DRAINED", (await _server.RunAsync("slots")).Output, StringComparison.Ordinal);
        Assert.Equal("serving", (await _server.RunAsync("slots resume --all --json")).Json().Text("node"));
        Assert.Equal("node", Assert.Single(_server.Audit(AuditEvent.SlotDrained)).Record.Detail);
        Assert.Equal("node", Assert.Single(_server.Audit(AuditEvent.SlotResumed)).Record.Detail);
    }

    [Fact]
    public async Task What_is_no_order_is_refused_and_names_what_there_is()
    {
        (await _server.RunAsync("slots drain second")).Failed("There is no slot \"second\"; there is token.");
        (await _server.RunAsync("slots resume")).Failed("say --all");
        (await _server.RunAsync("slots drain token --all")).Failed("say --all");
        (await _server.RunAsync("slots drain token --wait 601")).Failed("--wait is 0 to 600");
        (await _server.RunAsync("slots drain token --wait soon")).Failed("--wait", 2);
        Assert.Empty(_server.Audit(AuditEvent.SlotDrained));
        await _server.CloseAsync();
        (await _server.RunAsync("slots")).Failed("No server answers");
        (await _server.RunAsync("slots drain token")).Failed("No server answers");
    }

    [Fact]
    public async Task Operators_alone_give_orders()
    {
        var op = await _server.AddAsync("op", AdminRoles.Operator);
        var officer = await _server.AddAsync("officer", AdminRoles.SecurityOfficer);
        var stranger = await _server.AddAsync("stranger", AdminRoles.None);
        foreach (var order in new[] { "slots drain token", "slots resume token" })
        {
            (await _server.RunAsync(officer, order)).Failed("needs the role operator");
            Assert.Equal($"officer: {order.Replace(" token", "", StringComparison.Ordinal)}: role missing (Refused)",
                _server.Refusals().First());
            (await _server.RunAsync(stranger, order)).Failed("is no admin");
            (await _server.RunAsync(op, order)).Succeeded();
        }

        (await _server.RunAsync(officer, "slots")).Succeeded();
        (await _server.RunAsync(stranger, "slots")).Failed("is no admin");
    }
}
