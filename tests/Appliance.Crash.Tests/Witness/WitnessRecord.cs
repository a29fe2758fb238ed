namespace Appliance.Crash.Tests.Witness;

/// <summary>One line of what the token was seen to do.</summary>
/// <param name="Number">Its place, in the order in which calls came in and went out.</param>
/// <param name="IsEntry">True when C_Sign was entered, false when it returned.</param>
/// <param name="Entry">Of a return: the number of its entry.</param>
/// <param name="ReturnValue">Of a return: the CKR.</param>
/// <param name="IsQuery">The caller asked for a length only.</param>
/// <param name="Bytes">The input or the signature, at most 192 bytes of it.</param>
internal sealed record WitnessRecord(
    long Number, bool IsEntry, long Entry, long ReturnValue, bool IsQuery, byte[] Bytes);
