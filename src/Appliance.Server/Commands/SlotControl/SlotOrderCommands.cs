using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Hosting.Slots;

namespace Appliance.Server.Commands.SlotControl;

/// <summary>`slots drain` and `slots resume`: a slot or the whole node out of service and back.</summary>
internal static class SlotOrderCommands
{
    private const string Lasts =
        "This holds until it is resumed or the server ends: a server that starts knows nothing of it.";

    public static AdminCommand BuildDrain(CommandEnvironment environment) => Build(
        environment,
        "drain",
        "Has a slot, or the whole node, finish what it has and gives it nothing new.",
        "How long to wait until nothing is in work, 0 to 600 (10). With --all: what balancers get to notice first.",
        DrainAsync);

    public static AdminCommand BuildResume(CommandEnvironment environment) => Build(
        environment,
        "resume",
        "Brings a slot, or the whole node, back: each is probed, and serves when it signs.",
        "How long to wait until it serves, 0 to 600 (10).",
        ResumeAsync);

    private static AdminCommand Build(
        CommandEnvironment environment,
        string name,
        string description,
        string waiting,
        Func<Workbench, SlotDesk, ConfiguredSlot?, TimeSpan, CancellationToken, Task> order)
    {
        var slot = new Argument<string?>("NAME")
        {
            Description = "A slot of the settings: token, or its name under Slots.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "The whole node." };
        var wait = new Option<int?>("--wait") { Description = waiting, HelpName = "SECONDS" };
        var command = new AdminCommand(name, description, AdminRoles.Operator) { slot, all, wait };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var desk = RunningServer.Of(parsed, environment).Parts.Desk;
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var found = Find(desk, parsed.GetValue(slot), parsed.GetValue(all));
            var time = ReadWait(parsed.GetValue(wait));
            try
            {
                await order(bench, desk, found, time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new CommandException(
                    "Not waited for; an order that was given stands, see: appliance slots.");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static ConfiguredSlot? Find(SlotDesk desk, string? name, bool all) => (name, all) switch
    {
        (null, true) => null,
        (null, false) or (not null, true) => throw new CommandException("Name a slot, or say --all for the node."),
        _ => desk.Find(name) ?? throw new CommandException(
            $"There is no slot \"{name}\"; there is "
            + $"{string.Join(", ", desk.Report().Select(report => report.Slot.Name))}."),
    };

    private static TimeSpan ReadWait(int? seconds)
    {
        var wait = seconds is { } said ? TimeSpan.FromSeconds(said) : SlotDesk.UsualWait;
        return wait >= TimeSpan.Zero && wait <= SlotDesk.LongestWait
            ? wait
            : throw new CommandException("--wait is 0 to 600 seconds.");
    }

    private static async Task DrainAsync(
        Workbench bench, SlotDesk desk, ConfiguredSlot? slot, TimeSpan wait, CancellationToken cancellationToken)
    {
        var by = new SlotOrderer(bench.Actor, null);
        await (slot is null
            ? desk.DrainNodeAsync(wait, by, cancellationToken)
            : desk.DrainAsync(slot, by, cancellationToken)).ConfigureAwait(false);
        var reports = await desk.WaitUntilIdleAsync(slot, wait, cancellationToken).ConfigureAwait(false);
        Answer(bench, desk, reports);
        var busy = reports.Where(report => !report.IsIdle).ToList();
        if (wait > TimeSpan.Zero && busy.Count > 0)
        {
            throw new CommandException(string.Join(' ', busy.Select(Explain)));
        }

        bench.Reply.Say(Lasts);
    }

    private static async Task ResumeAsync(
        Workbench bench, SlotDesk desk, ConfiguredSlot? slot, TimeSpan wait, CancellationToken cancellationToken)
    {
        var by = new SlotOrderer(bench.Actor, null);
        if (slot is null)
        {
            await desk.ResumeNodeAsync(by, cancellationToken).ConfigureAwait(false);
        }
        else if (!await desk.ResumeAsync(slot, by, cancellationToken).ConfigureAwait(false))
        {
            throw new CommandException("The whole node is drained; bring it back by: appliance slots resume --all");
        }

        var reports = await desk.WaitUntilReadyAsync(slot, wait, cancellationToken).ConfigureAwait(false);
        Answer(bench, desk, reports);
        var missing = reports.Where(report => !report.IsReady && (slot is not null || report.Status is not null));
        if (wait > TimeSpan.Zero && missing.ToList() is { Count: > 0 } late)
        {
            throw new CommandException(string.Join(' ', late.Select(Explain)));
        }
    }

    private static void Answer(Workbench bench, SlotDesk desk, IReadOnlyList<SlotReport> reports)
    {
        var now = SlotsCommand.Describe(desk, reports);
        if (bench.Reply.Json)
        {
            bench.Reply.Write(now, CommandJson.Default.SlotsDocument);
            return;
        }

        foreach (var slot in now.Slots)
        {
            bench.Reply.Say($"{slot.Slot} is {SlotTable.StateOf(slot)}.");
        }
    }

    private static string Explain(SlotReport report)
    {
        var slot = SlotStatuses.Describe(report);
        return report.IsDrained
            ? FormattableString.Invariant(
                $"{slot.Slot} takes nothing new, and still has {slot.InFlight} in work and {slot.Waiting} waiting; ")
                + "see: appliance slots."
            : $"{slot.Slot} is {slot.State} ({slot.LastError ?? slot.Obstacle ?? "no error"}); "
                + "it is tried again until it serves, see: appliance slots.";
    }
}
