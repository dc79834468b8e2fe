/* The 32-point Gauss-Legendre rule, computed to 40 digits by Newton on the Legendre polynomial. */
#include "stats/quadrature.h"

static const double rule[QUADRATURE_POINTS / 2][2] = {
    {0.048307665687738316235, 0.096540088514727800567},
    {0.14447196158279649349, 0.095638720079274859419},
    {0.23928736225213707454, 0.093844399080804565639},
    {0.33186860228212764978, 0.091173878695763884713},
    {0.42135127613063534536, 0.087652093004403811143},
    {0.50689990893222939002, 0.083311924226946755222},
    {0.58771575724076232904, 0.078193895787070306472},
    {0.66304426693021520098, 0.072345794108848506225},
    {0.73218211874028968039, 0.065822222776361846838},
    {0.79448379596794240696, 0.058684093478535547145},
    {0.84936761373256997013, 0.050998059262376176196},
    {0.89632115576605212397, 0.042835898022226680657},
    {0.93490607593773968917, 0.034273862913021433103},
    {0.96476225558750643077, 0.025392065309262059456},
    {0.9856115115452683354, 0.016274394730905670605},
    {0.99726386184948156354, 0.0070186100094700966004},
};

void quadrature_points(double low, double high, double *out_x, double *out_weight)
{
    double half = (high - low) / 2, middle = low + half;
    for (int i = 0; i < QUADRATURE_POINTS / 2; i++) {
        out_x[2 * i] = middle - half * rule[i][0];
        out_x[2 * i + 1] = middle + half * rule[i][0];
        out_weight[2 * i] = out_weight[2 * i + 1] = half * rule[i][1];
    }
}

double quadrature_panel(quadrature_function f, const void *context, double low, double high)
{
    double half = (high - low) / 2, middle = low + half, sum = 0;
    for (int i = 0; i < QUADRATURE_POINTS / 2; i++) {
        double step = half * rule[i][0];
        sum += rule[i][1] * (f(middle - step, context) + f(middle + step, context));
    }
    return half * sum;
}

/* Insertion: the lists are short, and often nearly in order. */
size_t quadrature_edges(double *edges, size_t count, double low, double high)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        double edge = edges[i];
        if (!(edge > low && edge < high))
            continue;
        size_t at = kept++;
        for (; at > 0 && edges[at - 1] > edge; at--)
            edges[at] = edges[at - 1];
        edges[at] = edge;
    }
    for (size_t i = kept; i > 0; i--)
        edges[i] = edges[i - 1];
    edges[0] = low;
    edges[kept + 1] = high;
    return kept + 2;
}
