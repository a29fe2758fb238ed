using System.Globalization;

namespace Appliance.Tests.Shared.Misbehaving;

/// <summary>One call as the misbehaving module saw it.</summary>
/// <param name="Number">Its place in the order in which calls came in.</param>
/// <param name="Function">Name, such as C_Sign.</param>
/// <param name="Session">0 for none.</param>
/// <param name="Slot">All ones when it is not known.</param>
/// <param name="IsInside">It has not returned.</param>
/// <param name="ReturnValue">What it returned.</param>
/// <param name="Line">The rule that answered it, from 1; 0 for none.</param>
/// <param name="Process">Of the caller.</param>
/// <param name="Thread">Of the caller.</param>
/// <param name="At">CLOCK_MONOTONIC.</param>
/// <param name="Took">Time inside.</param>
internal sealed record SeenCall(
    long Number,
    string Function,
    ulong Session,
    ulong Slot,
    bool IsInside,
    uint ReturnValue,
    int Line,
    int Process,
    int Thread,
    TimeSpan At,
    TimeSpan Took)
{
    public override string ToString()
    {
        var end = IsInside ? "inside" : $"0x{ReturnValue:X}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{Number} {Function}({Session}) {end}{(Line > 0 ? " by rule" : "")}");
    }
}
