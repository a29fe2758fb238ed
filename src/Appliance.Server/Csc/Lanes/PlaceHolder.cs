namespace Appliance.Server.Csc.Lanes;

/// <summary>A client of <see cref="ItemPlaces"/>: the places that it has, and who of it waits for one.</summary>
internal sealed class PlaceHolder
{
    public int Places { get; set; }

    public LinkedList<TaskCompletionSource> Waiting { get; } = new();

    public bool IsGone => Places == 0 && Waiting.Count == 0;
}
