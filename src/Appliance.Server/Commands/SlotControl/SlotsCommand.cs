using System.CommandLine;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Hosting.Slots;

namespace Appliance.Server.Commands.SlotControl;

/// <summary>`slots`: how each slot of a running server is, once or again and again.</summary>
internal static class SlotsCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public static AdminCommand Build(CommandEnvironment environment)
    {
        var watch = new Option<bool>("--watch")
        {
            Description = "Tells it anew each second, until Ctrl-C.",
        };
        var command = new AdminCommand(
            "slots", "Tells how each slot of a running server is.", AdminRoles.None, changes: false)
        {
            watch,
            SlotOrderCommands.BuildDrain(environment),
            SlotOrderCommands.BuildResume(environment),
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var live = RunningServer.Of(parsed, environment);
            var desk = live.Parts.Desk;
            if (parsed.GetValue(watch))
            {
                await WatchAsync(
                    desk, environment, parsed.GetValue(GlobalOptions.Json), live.Composition.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
            else
            {
                Answer(CommandReply.For(parsed, environment), Describe(desk, desk.Report()));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The document about some or all of the slots.</summary>
    public static SlotsDocument Describe(SlotDesk desk, IEnumerable<SlotReport> reports)
        => new(SlotStatuses.NameOf(desk.Node), SlotStatuses.Describe(reports));

    private static void Answer(CommandReply reply, SlotsDocument now)
    {
        if (reply.Json)
        {
            reply.Write(now, CommandJson.Default.SlotsDocument);
        }
        else
        {
            SlotTable.Write(reply, now, perSecond: null);
        }
    }

    /// <summary>
    /// Until the caller has enough. A screen is written over, each time in one piece; a pipe gets them all.
    /// </summary>
    private static async Task WatchAsync(
        SlotDesk desk,
        CommandEnvironment environment,
        bool json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var isScreen = environment is { Terminal: true, Ansi: not false } && !json;
        var rates = new SignatureRates(time);
        var first = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = Describe(desk, desk.Report());
            await using var page = new StringWriter();
            var reply = new CommandReply(environment with { Output = page }, json);
            if (json)
            {
                reply.Write(now, CommandJson.Default.SlotsDocument);
            }
            else
            {
                SlotTable.Write(reply, now, rates.Next(now));
            }

            await environment.Output.WriteAsync(isScreen ? Screen.Over(page.ToString(), first) : page.ToString())
                .ConfigureAwait(false);
            first = false;
            await Task.Delay(s_interval, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
