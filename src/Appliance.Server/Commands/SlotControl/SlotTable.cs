using System.Globalization;
using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands.SlotControl;

/// <summary>The table of `slots`, for people: what is well in small letters, what is not in capitals.</summary>
internal static class SlotTable
{
    private const string Draining = "draining";

    /// <summary>Columns of a terminal that has room for all; in a narrower one the lines below have the rest.</summary>
    private const int Wide = 125;

    /// <summary>Writes it.</summary>
    /// <param name="reply">Where people read.</param>
    /// <param name="now">What it tells.</param>
    /// <param name="perSecond">Signatures a second by slot, for a column of their own; null for none.</param>
    public static void Write(CommandReply reply, SlotsDocument now, IReadOnlyDictionary<string, long>? perSecond)
    {
        reply.Say(now.Node switch
        {
            "leaving" => "The node is being DRAINED: it tells balancers so, and signs what still comes.",
            "drained" => "The node is DRAINED; bring it back by: appliance slots resume --all",
            _ => "The node serves.",
        });
        var follows = now.Slots.Any(slot => slot.Concurrency is not null);
        var isNarrow = reply.Console.Profile.Width < Wide;
        string[] columns = isNarrow
            ? ["Slot", "State", "Sess.", "Calls", "Busy", "Wait", "Latency", "Signed", "/s"]
            : ["Slot", "State", "Sessions", "Calls", "In flight", "Waiting", "Latency", "Signatures", "/s"];
        string[] counters = ["Wrong", "Hanging", "Gen."];
        bool[] isShown = [true, true, true, follows, true, true, true, true, perSecond is not null];
        reply.Table(
            [.. columns.Where((_, i) => isShown[i]), .. isNarrow ? [] : counters],
            now.Slots.Select(slot => (string[])
            [
                .. ToCells(slot, perSecond).Where((_, i) => isShown[i]),
                .. isNarrow ? [] : CountersOf(slot),
            ]));
        foreach (var slot in now.Slots)
        {
            reply.Say(
                $"{slot.Slot}: {slot.Token}, {slot.Hosting}, profile {slot.Profile ?? "none"}, group {slot.Group}"
                + (isNarrow ? $"; {string.Join(", ", counters.Zip(CountersOf(slot), (n, v) => $"{n} {v}"))}" : "")
                + (slot.Errors.Count == 0 ? "" : $"; errors: {ErrorsOf(slot)}")
                + (slot.Obstacle is { } why ? $"; ABSENT: {why}" : ""));
        }
    }

    /// <summary>For a slot that is being drained whether it is done.</summary>
    public static string StateOf(SlotDocument slot) => slot switch
    {
        { Healthy: true } => slot.State,
        { State: Draining, InFlight: 0, Waiting: 0 } => "DRAINED",
        _ => slot.State.ToUpperInvariant(),
    };

    private static string[] ToCells(SlotDocument slot, IReadOnlyDictionary<string, long>? perSecond) =>
    [
        slot.Slot,
        StateOf(slot),
        $"{Text(slot.Sessions)}/{Text(slot.SessionLimit)}",
        slot.Concurrency is { } calls ? Text(calls) : "",
        Text(slot.InFlight),
        Text(slot.Waiting),
        LatencyOf(slot.LatencyMicroseconds),
        Text(slot.Signatures),
        perSecond is not null && perSecond.TryGetValue(slot.Slot, out var rate) ? Text(rate) : "",
    ];

    private static string[] CountersOf(SlotDocument slot)
        => [Text(slot.WrongSignatures), Text(slot.Hanging), Text(slot.Generation)];

    private static string ErrorsOf(SlotDocument slot)
        => string.Join(", ", slot.Errors.Select(pair => $"{pair.Key} {Text(pair.Value)}"));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string LatencyOf(long microseconds) => microseconds switch
    {
        0 => "",
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds} us"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000.0:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000.0:0.0} s"),
    };
}
